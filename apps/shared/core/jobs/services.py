"""Write side of jobs: queue, claim, finish, cancel, recover."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from apps.shared.core.jobs.errors import JobAlreadyRunning
from apps.shared.core.jobs.liveness import job_is_alive, process_identity
from apps.shared.core.models import Job

MAX_ATTEMPTS = 3


def job_enqueue(
    *, instance: str, kind: str, key: str, label: str, config: Mapping[str, Any] | None = None
) -> tuple[Job, bool]:
    """Record that a worker shall run this; returns the row and whether it is new.

    A job of the same kind and key that waits already is returned instead of a second one.
    """
    return Job.objects.get_or_create(
        instance=instance,
        kind=kind,
        key=key,
        state=Job.State.QUEUED,
        defaults={"label": label, "origin": Job.Origin.WORKER, "config": dict(config or {})},
    )


def job_claim(
    *,
    instance: str,
    kind: str,
    key: str,
    label: str,
    config: Mapping[str, Any] | None = None,
    job_id: int | None = None,
) -> Job:
    """Start a run: a new row, or the queued row ``job_id``.

    Raises:
        JobAlreadyRunning: a live process runs this kind and key, or the queued row is taken.
    """
    _bury_lost(instance=instance, kind=kind, key=key)
    host, pid, process_started_at = process_identity()
    now = timezone.now()
    running = {
        "state": Job.State.RUNNING,
        "host": host,
        "pid": pid,
        "process_started_at": process_started_at,
        "started_at": now,
        "heartbeat_at": now,
    }
    try:
        with transaction.atomic():
            if job_id is None:
                return Job.objects.create(
                    instance=instance,
                    kind=kind,
                    key=key,
                    label=label,
                    config=dict(config or {}),
                    **running,
                )
            taken = Job.objects.filter(id=job_id, instance=instance, state=Job.State.QUEUED).update(
                **running
            )
    except IntegrityError:
        raise JobAlreadyRunning(_who_runs(instance=instance, kind=kind, key=key)) from None
    if not taken:
        raise JobAlreadyRunning(f"job {job_id} is not waiting any more")
    return Job.objects.get(id=job_id)


def job_finish(
    job: Job, *, state: Job.State, result: Mapping[str, Any] | None = None, error: str = ""
) -> None:
    """Write a final state, only over a running one (a cancelled job stays cancelled)."""
    Job.objects.filter(id=job.id, state=Job.State.RUNNING).update(
        state=state,
        result=dict(result or {}),
        error=error[:4000],
        progress=job.progress,
        finished_at=timezone.now(),
    )


def job_cancel(*, job_id: int, instance: str) -> bool:
    """Ask a job to stop; it notices at its next heartbeat. Returns whether there was one."""
    return bool(
        Job.objects.filter(
            id=job_id, instance=instance, state__in=[Job.State.QUEUED, Job.State.RUNNING]
        ).update(state=Job.State.CANCELLED, finished_at=timezone.now())
    )


def job_running(*, instance: str, kind: str, key: str) -> Job | None:
    """The live job of this kind and key, if there is one."""
    for job in Job.objects.filter(instance=instance, kind=kind, key=key, state=Job.State.RUNNING):
        if job_is_alive(job):
            return job
    return None


def jobs_recover(*, instance: str) -> list[Job]:
    """Bury jobs whose process is gone, and queue again those that a worker had.

    Returns the jobs that wait for a worker: the newly queued ones, and those whose message
    may have been lost with the broker. Running it twice at once queues nothing twice.
    """
    for job in Job.objects.filter(instance=instance, state=Job.State.RUNNING):
        if job_is_alive(job) or not _bury(job):
            continue
        if job.origin == Job.Origin.WORKER and job.attempt < MAX_ATTEMPTS:
            again, created = job_enqueue(
                instance=instance, kind=job.kind, key=job.key, label=job.label, config=job.config
            )
            if created:
                Job.objects.filter(id=again.id).update(attempt=job.attempt + 1)
    return list(Job.objects.filter(instance=instance, state=Job.State.QUEUED))


def jobs_thin(*, instance: str, kind: str, key: str, keep: int) -> int:
    """Delete the ended jobs of a kind and key but the last ``keep``; returns how many."""
    ended = Job.objects.filter(instance=instance, kind=kind, key=key).exclude(
        state__in=[Job.State.QUEUED, Job.State.RUNNING]
    )
    last = list(ended.order_by("-id").values_list("id", flat=True)[:keep])
    deleted, _ = ended.exclude(id__in=last).delete()
    return deleted


def _bury_lost(*, instance: str, kind: str, key: str) -> None:
    same = Q(instance=instance, kind=kind, key=key, state=Job.State.RUNNING)
    for job in Job.objects.filter(same):
        if not job_is_alive(job):
            _bury(job)


def _bury(job: Job) -> bool:
    """Compare-and-set: only the heartbeat that was judged dead is buried."""
    return bool(
        Job.objects.filter(
            id=job.id, state=Job.State.RUNNING, heartbeat_at=job.heartbeat_at
        ).update(
            state=Job.State.LOST,
            finished_at=timezone.now(),
            error="The process ended without a word (killed, or the machine stopped). "
            "What it had stored is kept; the next run goes on from there.",
        )
    )


def _who_runs(*, instance: str, kind: str, key: str) -> str:
    job = Job.objects.filter(instance=instance, kind=kind, key=key, state=Job.State.RUNNING).first()
    if job is None:
        return f"another {kind} of {key} has just started"
    return f"{kind} of {job.label} is already running: job {job.id}, pid {job.pid} on {job.host}"
