"""Work that beat starts: each run is a job row, and none overlaps the one before."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import structlog
from django.conf import settings

from apps.shared.core.jobs.beating import job_beating
from apps.shared.core.jobs.outcome import outcome_in_row
from apps.shared.core.jobs.run import job_run
from apps.shared.core.jobs.services import job_enqueue, job_running, jobs_thin
from apps.shared.core.models import Job

KEPT = 50
"""Ended runs of a kind that stay."""
log = structlog.get_logger(__name__)
Work = Callable[[], Mapping[str, Any] | None]


class PeriodicTask(Protocol):
    """What a worker calls: without an argument by beat, with a job's id to take up a lost run."""

    def __call__(self, job_id: int | None = None) -> None:
        """Run once."""


def periodic_job(
    kind: str, label: str, *failures: type[Exception]
) -> Callable[[Work], PeriodicTask]:
    """Make a function without arguments a task whose runs are rows.

    What the function returns becomes the row's result. The site's wiring lists the task under
    ``JOBS[kind]``, so that the run of a killed worker is picked up again.

    Args:
        failures: errors with a line for people; the row and the log have it, without a traceback.
    """

    def decorate(work: Work) -> PeriodicTask:
        @functools.wraps(work)
        def run(job_id: int | None = None) -> None:
            job = job_id or _queued(kind, label)
            if job is None:
                return
            with outcome_in_row(job, *failures):
                _run(work, kind, label, job)

        return run

    return decorate


def _queued(kind: str, label: str) -> int | None:
    """A row for this run; none where the one before still runs."""
    instance, key = settings.INSTANCE_ID, Job.SCHEDULE_KEY
    if job_running(instance=instance, kind=kind, key=key):
        log.info("job.left", kind=kind, reason="the run before has not ended")
        return None
    job, _ = job_enqueue(instance=instance, kind=kind, key=key, label=label)
    return int(job.pk)


def _run(work: Work, kind: str, label: str, job_id: int) -> None:
    instance, key = settings.INSTANCE_ID, Job.SCHEDULE_KEY
    with (
        job_run(instance=instance, kind=kind, key=key, label=label, job_id=job_id) as run,
        job_beating(run),
    ):
        run.result = dict(work() or {})
    jobs_thin(instance=instance, kind=kind, key=key, keep=KEPT)
