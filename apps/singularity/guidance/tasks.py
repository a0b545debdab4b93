"""What a worker runs."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from apps.shared.core.jobs.periodic import periodic_job
from apps.shared.nats_bridge.services.asking import NoAnswer
from apps.singularity.guidance.services import guidance_request


@shared_task
@periodic_job("request", "Insights and statistics of the fleet", NoAnswer)
def request() -> dict[str, Any]:
    """Ask for what may have been missed."""
    return guidance_request()
