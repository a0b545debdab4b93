"""Ingest and fill as jobs: one a code base, one fill an instance."""

from __future__ import annotations

from typing import Any

from apps.shared.core.jobs import JobOrder
from apps.shared.core.models import Job
from apps.singularity.ingestion.models import Codebase
from apps.singularity.ingestion.services.ingest import (
    IngestReport,
    Progress,
    codebase_ingest,
    silent,
)
from apps.singularity.ingestion.services.vectors import FillReport, vectors_fill

INGEST = "ingest"
EMBED = "embed"


def ingest_enqueue(*, codebase: Codebase, full: bool = False) -> tuple[Job, bool]:
    """Record that a worker shall ingest; returns the waiting job and whether it is new."""
    return _ingest_order(codebase, full=full).enqueue()


def ingest_run(
    *,
    codebase: Codebase,
    full: bool = False,
    job_id: int | None = None,
    progress: Progress = silent,
) -> IngestReport:
    """Ingest under a job row.

    Raises:
        JobAlreadyRunning: the code base is being ingested by another process.
    """
    with _ingest_order(codebase, full=full).run(job_id=job_id) as run:
        report = codebase_ingest(codebase=codebase, full=full, run=run, progress=progress)
        run.result = report.numbers() | {"problems": report.problems[:20]}
    return report


def fill_enqueue(*, instance: str) -> tuple[Job, bool]:
    """Record that a worker shall fill in the missing vectors."""
    return _fill_order(instance).enqueue()


def fill_running(*, instance: str) -> bool:
    """Whether a live process fills in the instance's vectors."""
    return _fill_order(instance).running() is not None


def fill_run(
    *,
    instance: str,
    job_id: int | None = None,
    progress: Progress = silent,
) -> FillReport:
    """Fill in the missing vectors under a job row.

    Raises:
        JobAlreadyRunning: another process of the instance is at it.
    """
    with _fill_order(instance).run(job_id=job_id) as run:

        def report(done: int, total: int) -> None:
            numbers: dict[str, Any] = {"vectors": done, "texts": total}
            progress(numbers)
            run.job.progress.setdefault("vectors_before", done)  # a resumed fill's rate
            run.report(**numbers)

        filled = vectors_fill(instance=instance, report=report)
        run.report(force=True, vectors=filled.total, texts=filled.total)
        run.result = {
            "embedded": filled.embedded, "total": filled.total, "model": filled.model
        }  # fmt: skip
    return filled


def _ingest_order(codebase: Codebase, *, full: bool) -> JobOrder:
    return JobOrder(
        instance=codebase.instance,
        kind=INGEST,
        key=f"codebase:{codebase.pk}",
        label=codebase.name,
        config={"codebase": codebase.pk, "full": full},
    )


def _fill_order(instance: str) -> JobOrder:
    return JobOrder(instance=instance, kind=EMBED, key="vectors", label="vectors")
