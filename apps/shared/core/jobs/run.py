"""A running job as a context manager."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import structlog
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from apps.shared.core.interrupts import interrupt_behind
from apps.shared.core.jobs.errors import JobCancelled, JobStopped
from apps.shared.core.jobs.liveness import process_identity
from apps.shared.core.jobs.services import job_claim, job_enqueue, job_finish
from apps.shared.core.models import Job

HEARTBEAT_SECONDS = 2.0
INTERRUPTED = "Interrupted; the next run goes on from here."
STOPPED = "The worker was stopped; another run goes on from here."
_stopping = threading.Event()
log = structlog.get_logger(__name__)


class JobRun:
    """What the work itself sees of its job: report numbers, learn of a cancellation."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.result: dict[str, Any] = {}
        self._last_beat = time.monotonic()

    def report(self, *, force: bool = False, **numbers: Any) -> None:
        """Update the progress; write it, as a heartbeat, at most every ``HEARTBEAT_SECONDS``.

        Raises:
            JobCancelled: the row is not running any more.
            JobStopped: this worker is about to end.
        """
        if _stopping.is_set() and self.job.origin == Job.Origin.WORKER:
            raise JobStopped(f"job {self.job.pk} waits for another worker")
        self.job.progress = {**self.job.progress, **numbers}
        now = time.monotonic()
        if not force and now - self._last_beat < HEARTBEAT_SECONDS:
            return
        self._last_beat = now
        alive = Job.objects.filter(id=self.job.id, state=Job.State.RUNNING).update(
            progress=self.job.progress, heartbeat_at=timezone.now()
        )
        if not alive:
            raise JobCancelled(f"job {self.job.id} was cancelled")

    def beat(self) -> bool:
        """Write a sign of life alone; returns whether the row is still running."""
        rows = Job.objects.filter(id=self.job.id, state=Job.State.RUNNING)
        return bool(rows.update(heartbeat_at=timezone.now()))


def jobs_stop() -> None:
    """Have this process's workers leave their jobs at the next report, for another worker."""
    _stopping.set()


@contextmanager
def job_run(
    *,
    instance: str,
    kind: str,
    key: str,
    label: str,
    config: Mapping[str, Any] | None = None,
    job_id: int | None = None,
) -> Iterator[JobRun]:
    """Claim a job, run the body, and write how it ended, whatever way it ended.

    The database may itself be what failed: then the row stays as it is, its process ends, and the
    next start finds it lost.

    Raises:
        JobAlreadyRunning: before the body, when a live process runs the same.
    """
    own = not connection.in_atomic_block
    try:
        job = job_claim(
            instance=instance, kind=kind, key=key, label=label, config=config, job_id=job_id
        )
    except BaseException as error:
        host, pid, _ = process_identity()
        mine = Job.objects.filter(instance=instance, kind=kind, key=key, host=host, pid=pid)
        _cancel_if_interrupted(error, mine.filter(state=Job.State.RUNNING), own=own)
        raise
    try:
        run = JobRun(job)
        yield run
        job_finish(job, state=Job.State.SUCCEEDED, result=run.result)
    except JobStopped:
        _finish_if_possible(job, Job.State.CANCELLED, error=STOPPED)
        job_enqueue(instance=instance, kind=kind, key=key, label=label, config=job.config)
        raise
    except JobCancelled:
        log.info("job.cancelled", job=job.id)
        raise
    except BaseException as error:
        _cancel_if_interrupted(error, [job], own=own)
        _finish_if_possible(job, Job.State.FAILED, error=f"{type(error).__name__}: {error}")
        raise


def _cancel_if_interrupted(error: BaseException, jobs: Iterable[Job], *, own: bool) -> None:
    """Cancel the jobs and raise the interrupt, where ``error`` is one or hides one.

    A generator is closed where the interrupt came before its caller had it.

    Args:
        own: the connection has no transaction of the caller, so that it can be made anew: it may
            be in the middle of a statement, or of a transaction whose end never came.
    """
    interrupt = error if isinstance(error, GeneratorExit) else interrupt_behind(error)
    if interrupt is None:
        return
    with suppress(DatabaseError, InterfaceError):
        if own:
            connection.close()
            connection.connect()
        for job in jobs:
            job_finish(job, state=Job.State.CANCELLED, error=INTERRUPTED)
    raise interrupt from None


def _finish_if_possible(job: Job, state: Job.State, *, error: str) -> None:
    with suppress(DatabaseError, InterfaceError):
        job_finish(job, state=state, error=error)
