"""Syncs under a job row: one at a time, with its progress, and ended where it is cancelled."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from django.conf import settings

from apps.centralcloud.package_sync.services.choosing import packages_choose
from apps.centralcloud.package_sync.services.syncing.pruning import outcomes_prune
from apps.centralcloud.package_sync.services.syncing.report import SyncReport
from apps.centralcloud.package_sync.services.syncing.run import packages_sync
from apps.centralcloud.package_sync.services.syncing.waves import packages_due
from apps.shared.core.jobs import JobOrder, JobRun, job_beating
from apps.shared.core.jobs.services import jobs_thin
from apps.shared.core.jobs.status import Measure
from apps.shared.core.models import Job

SYNC = "sync packages"
SYNC_MEASURE = Measure(done="read", total="total", unit="packages", also=("changed", "failed"))
KEPT = 200
"""Ended runs that stay; outcomes of older ones tell no run any more."""
WORKER_SECONDS = 600.0
"""A worker's run begins no package after these; the next one goes on."""
Report = Callable[[Mapping[str, int]], None]


def sync_due() -> bool:
    """Whether there is anything to read now."""
    if not settings.SYNC_PACKAGES:
        return False
    packages_choose()
    return packages_due().exists()


def sync_enqueue() -> tuple[Job, bool]:
    """Record that a worker shall read what is due; the waiting job, and whether it is new."""
    return _order().enqueue()


def sync_running() -> bool:
    """Whether what is due is being read now."""
    return _order().running() is not None


def sync_run(
    *,
    purls: Collection[str] | None = None,
    ecosystem: str = "",
    depth: int | None = None,
    limit: int | None = None,
    seconds: float | None = None,
    report: Report = lambda _numbers: None,
    job_id: int | None = None,
) -> SyncReport:
    """Sync under a job row, the queued one or a new one. See ``packages_sync``.

    Raises:
        JobAlreadyRunning: the same is done already.
        JobCancelled: somebody cancelled it; no request was begun after that.
        JobStopped: the worker ends; the next one goes on.
        SyncStopped: the database or the disk is full or away.
    """
    order = _order(given=purls is not None)
    with order.run(job_id=job_id) as run, job_beating(run):
        said = packages_sync(
            purls=purls,
            ecosystem=ecosystem,
            depth=depth,
            limit=limit,
            seconds=seconds,
            report=lambda numbers: _report(run, report, numbers),
            job=run.job.pk,
        )
        run.result = said.numbers() | {"pruned": outcomes_prune()}
    jobs_thin(instance=order.instance, kind=order.kind, key=order.key, keep=KEPT)
    return said


def _report(run: JobRun, report: Report, numbers: Mapping[str, int]) -> None:
    report(numbers)
    run.report(force=False, **numbers)


def _order(*, given: bool = False) -> JobOrder:
    return JobOrder(
        instance=settings.INSTANCE_ID,
        kind=SYNC,
        key="given" if given else "due",
        label="Packages asked for" if given else "Packages due",
    )
