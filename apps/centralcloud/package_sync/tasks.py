"""What a worker runs: each task calls one service, and the job row has what it returns."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from apps.centralcloud.package_sync.services import syncing
from apps.centralcloud.package_sync.services.advisories import advisories_read, advisories_tell
from apps.centralcloud.package_sync.services.choosing import packages_choose
from apps.centralcloud.package_sync.services.uses import uses_read as read
from apps.shared.core.jobs import outcome_in_row, periodic_job


@shared_task
@periodic_job("sync due", "Packages to read")
def sync_due() -> dict[str, Any]:
    """Have a worker read what is due, if there is anything."""
    if syncing.sync_running() or not syncing.sync_due():
        return {"queued": 0}
    job, _ = syncing.sync_enqueue()
    sync.delay(job.pk)
    return {"queued": 1}


@shared_task
def sync(job_id: int) -> None:
    """Run a queued sync of what is due, for some minutes; the next one goes on from there."""
    with outcome_in_row(job_id, syncing.SyncStopped):
        syncing.sync_run(seconds=syncing.WORKER_SECONDS, job_id=job_id)


@shared_task
@periodic_job("read uses", "Declared packages")
def uses_read() -> dict[str, Any]:
    """Read what code bases declare anew, and which packages are wanted because of it."""
    told = read()
    if any(told.values()):
        told |= {"wanted": packages_choose().wanted}
    return told


@shared_task
@periodic_job("advisories", "Advisories")
def advisories() -> dict[str, Any]:
    """Read what ``ADVISORY_SOURCES`` lists, where it has changed."""
    return dict(advisories_read().numbers)


@shared_task
@periodic_job("tell advisories", "Advisories to tell")
def tell() -> dict[str, Any]:
    """Tell instances which versions in use are vulnerable, withdrawn or deprecated."""
    return dict(advisories_tell())
