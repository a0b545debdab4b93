"""What beat starts: tell what changed, report how much there is, announce models."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from celery import shared_task

from apps.shared.core.jobs.periodic import periodic_job
from apps.singularity.publishing.services.models import models_tell
from apps.singularity.publishing.services.scheduled import report_due, sync_due


@shared_task
@periodic_job("publish", "Pattern sync")
def sync() -> dict[str, Any]:
    """Tell what changed since the last time."""
    told, left = sync_due()
    return {"nothing": left} if left else asdict(told)


@shared_task
@periodic_job("report", "Local statistics")
def report() -> dict[str, Any]:
    """Report how much this instance holds."""
    left = report_due()
    return {"nothing": left} if left else {"reported": 1}


@shared_task
@periodic_job("notify", "Training notifications")
def notify() -> dict[str, Any]:
    """Announce the models that were not announced yet."""
    told = models_tell()
    return {"nothing": told.why} if told.why else asdict(told)
