"""What Centralcloud sends: each handler hands message after message to one service."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from apps.shared.contracts.payloads.insights import (
    AdvisoryPublished,
    InsightsAggregated,
    ModelReady,
)
from apps.shared.contracts.payloads.statistics import GlobalStatistics
from apps.shared.nats_bridge.received import Received
from apps.singularity.guidance import services, tasks


def insights(batch: Sequence[Received[InsightsAggregated]]) -> None:
    """``intelligence.insights.aggregated``, for all and for this instance."""
    for received in batch:
        services.insights_apply(payload=received.payload)


def statistics(batch: Sequence[Received[GlobalStatistics]]) -> None:
    """``intelligence.insights.statistics``."""
    for received in batch:
        services.statistics_apply(payload=received.payload)


def advisory(batch: Sequence[Received[AdvisoryPublished]]) -> None:
    """``intelligence.insights.advisory``."""
    services.advisories_apply(payloads=[received.payload for received in batch])


def model_ready(batch: Sequence[Received[ModelReady]]) -> None:
    """``intelligence.insights.model_ready``; what is news is looked at once it is stored.

    A queue that is away costs nothing but time: the schedule looks as well.
    """
    news = [services.offer_apply(payload=received.payload) for received in batch]
    if any(news):
        transaction.on_commit(tasks.adopt_start.delay, robust=True)
