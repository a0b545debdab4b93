"""What a worker runs."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from apps.centralcloud.insights.services import insights_generate
from apps.shared.core.jobs.periodic import periodic_job


@shared_task
@periodic_job("insights", "Publish insights")
def publish() -> dict[str, Any]:
    """Work out and tell what the fleet's facts mean."""
    return insights_generate()
