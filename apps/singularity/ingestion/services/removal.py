"""Forget a code base."""

from __future__ import annotations

from django.db import connection, transaction

from apps.shared.core.jobs import job_cancel, job_is_alive
from apps.shared.core.models import Job
from apps.singularity.ingestion.models import Codebase
from apps.singularity.ingestion.services.runs import INGEST
from apps.singularity.ingestion.services.store import OWNED_TABLES
from apps.singularity.ingestion.services.vectors import orphans_delete


class CodebaseBusy(Exception):
    """The code base is being read; the message names the job to cancel first."""


def codebase_delete(*, codebase: Codebase) -> int:
    """Delete a code base with its files, chunks, findings and the vectors that only it needed.

    One transaction, by SQL and without loading a row; the folder on disk is not touched. The
    lexical index of each host drops it at its next search. Returns how many chunks went.

    Raises:
        CodebaseBusy: a live process is reading it.
    """
    with transaction.atomic():
        # an ingest that starts now waits for this row, and then finds its code base gone
        Codebase.objects.select_for_update().get(id=codebase.pk)
        _stop_jobs(codebase)
        chunks = _delete_rows(codebase)
        orphans_delete(instance=codebase.instance)
    return chunks


def _stop_jobs(codebase: Codebase) -> None:
    """Cancel what waits for a worker; refuse while a process is at it."""
    unfinished = Job.objects.filter(
        instance=codebase.instance,
        kind=INGEST,
        key=f"codebase:{codebase.pk}",
        state__in=[Job.State.QUEUED, Job.State.RUNNING],
    )
    for job in unfinished:
        if job.state == Job.State.RUNNING and job_is_alive(job):
            raise CodebaseBusy(f"{codebase.name} is being read: cancel job {job.pk} first")
        job_cancel(job_id=job.pk, instance=codebase.instance)


def _delete_rows(codebase: Codebase) -> int:
    deleted = {}
    with connection.cursor() as cursor:
        for table in (*OWNED_TABLES, "ingestion_file"):
            cursor.execute(f"DELETE FROM {table} WHERE codebase_id = %s", [codebase.pk])
            deleted[table] = int(cursor.rowcount)
        cursor.execute("DELETE FROM ingestion_codebase WHERE id = %s", [codebase.pk])
    return deleted["ingestion_chunk"]
