"""What a worker runs for the bridge."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from apps.shared.core.jobs.periodic import periodic_job
from apps.shared.nats_bridge.services.pruning import messages_prune


@shared_task
@periodic_job("prune_messages", "Message clean-up")
def prune() -> dict[str, Any]:
    """Delete messages that are of no more use."""
    return dict(messages_prune())
