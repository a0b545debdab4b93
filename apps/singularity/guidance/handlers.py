"""What Centralcloud sends: each handler hands message after message to one service."""

from __future__ import annotations

from collections.abc import Sequence

from apps.shared.contracts.payloads.insights import InsightsAggregated
from apps.shared.contracts.payloads.statistics import GlobalStatistics
from apps.shared.nats_bridge.received import Received
from apps.singularity.guidance import services


def insights(batch: Sequence[Received[InsightsAggregated]]) -> None:
    """``intelligence.insights.aggregated``, for all and for this instance."""
    for received in batch:
        services.insights_apply(payload=received.payload)


def statistics(batch: Sequence[Received[GlobalStatistics]]) -> None:
    """``intelligence.insights.statistics``."""
    for received in batch:
        services.statistics_apply(payload=received.payload)
