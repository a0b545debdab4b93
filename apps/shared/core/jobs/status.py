"""What a person wants to know of a job: is it alive, how far, how fast, how long still."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.module_loading import import_string

from apps.shared.core.jobs.liveness import job_is_alive
from apps.shared.core.models import Job

_UNFINISHED = (Job.State.RUNNING, Job.State.QUEUED)
_LOST = "Its process is gone. What it had stored is kept; the next run goes on from there."


@dataclass(frozen=True, slots=True)
class Measure:
    """Which of a kind's progress numbers say how far it is.

    Args:
        before: the number that was done when the run began, for a run that resumes.
        also: numbers worth showing beside, by their names.
    """

    done: str
    total: str
    unit: str
    before: str = ""
    also: tuple[str, ...] = ()


_NOTHING = Measure(done="", total="", unit="")


@dataclass(frozen=True, slots=True)
class JobStatus:
    """A job as it stands at this moment; a running one whose process is gone counts as lost."""

    job: Job
    state: Job.State
    error: str
    done: int
    total: int
    unit: str
    also: tuple[tuple[str, int], ...]
    elapsed: timedelta | None
    heartbeat_age: timedelta | None
    rate: float | None

    @property
    def active(self) -> bool:
        """Whether it will change by itself."""
        return self.state in {Job.State.QUEUED, Job.State.RUNNING}

    @property
    def running(self) -> bool:
        """Whether a live process is at it."""
        return self.state == Job.State.RUNNING

    @property
    def percent(self) -> float:
        """Share done, 0 to 100; a success has done all there was."""
        if self.total <= 0:
            return 100.0 if self.state == Job.State.SUCCEEDED else 0.0
        return min(100.0, 100.0 * self.done / self.total)

    @property
    def since(self) -> timedelta:
        """Time since it ended, else since it began, else since it was queued."""
        at = self.job.finished_at or self.job.started_at or self.job.created_at
        return max(timezone.now() - at, timedelta())

    @property
    def left(self) -> timedelta | None:
        """About how long a running job still takes."""
        if not self.running or not self.rate:
            return None
        return timedelta(seconds=max(0, self.total - self.done) / self.rate)


def job_status(job: Job) -> JobStatus:
    """Judge one job by its row and, for a process of this host, by the kernel."""
    state = Job.State(job.state)
    lost = state == Job.State.RUNNING and not job_is_alive(job)
    measure = measures().get(job.kind, _NOTHING)
    numbers: Mapping[str, int] = job.progress
    done, elapsed = numbers.get(measure.done, 0), _elapsed(job)
    return JobStatus(
        job=job,
        state=Job.State.LOST if lost else state,
        error=_LOST if lost else job.error,
        done=done,
        total=numbers.get(measure.total, 0),
        unit=measure.unit,
        also=tuple((name, numbers[name]) for name in measure.also if name in numbers),
        elapsed=elapsed,
        heartbeat_age=_heartbeat_age(job),
        rate=_rate(done - numbers.get(measure.before, 0), elapsed),
    )


def jobs_active(*, instance: str, kind: str = "") -> list[JobStatus]:
    """Unfinished jobs: the running, the waiting, the lost; of one kind when it is given."""
    mine = Job.objects.filter(instance=instance, state__in=_UNFINISHED)
    if kind:
        mine = mine.filter(kind=kind)
    order = (*_UNFINISHED, Job.State.LOST)
    return sorted(map(job_status, mine), key=lambda status: order.index(status.state))


def jobs_recent(*, instance: str, limit: int) -> list[JobStatus]:
    """The unfinished jobs, then the last ones that ended; at most ``limit``.

    Scheduled runs that went well are left out: they would hide all others.
    """
    uneventful = Q(key=Job.SCHEDULE_KEY, state=Job.State.SUCCEEDED)
    finished = Job.objects.filter(instance=instance).exclude(state__in=_UNFINISHED)
    ended = finished.exclude(uneventful)[:limit]
    return [*jobs_active(instance=instance), *map(job_status, ended)][:limit]


def last_runs(*, instance: str) -> dict[str, JobStatus]:
    """The last scheduled run of each task that the site's wiring lists, by the task's path."""
    rows = Job.objects.filter(instance=instance, key=Job.SCHEDULE_KEY).exclude(
        state=Job.State.QUEUED
    )
    last = {job.kind: job for job in rows.order_by("kind", "-id").distinct("kind")}
    tasks = import_module(settings.SITE_WIRING).JOBS
    return {path: job_status(last[kind]) for kind, path in tasks.items() if kind in last}


def measures() -> dict[str, Measure]:
    """What the site's wiring says of each kind of job."""
    wiring = import_module(settings.SITE_WIRING)
    return {kind: import_string(path) for kind, path in wiring.MEASURES.items()}


def _elapsed(job: Job) -> timedelta | None:
    """How long it has been worked on, as far as the row knows."""
    if job.started_at is None:
        return None
    ended = None if job.state == Job.State.LOST else job.finished_at
    last = ended or job.heartbeat_at or job.started_at
    return max(last - job.started_at, timedelta())


def _heartbeat_age(job: Job) -> timedelta | None:
    if job.state != Job.State.RUNNING or job.heartbeat_at is None:
        return None
    return max(timezone.now() - job.heartbeat_at, timedelta())


def _rate(done: int, elapsed: timedelta | None) -> float | None:
    if done <= 0 or elapsed is None or not elapsed:
        return None
    return done / elapsed.total_seconds()
