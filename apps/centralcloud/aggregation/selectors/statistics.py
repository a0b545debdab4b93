"""Statistics of the fleet, as last computed and before."""

from __future__ import annotations

from apps.centralcloud.aggregation.models import StatisticsSnapshot
from apps.shared.contracts.payloads.statistics import GlobalStatistics


def statistics_history(limit: int) -> list[GlobalStatistics]:
    """Statistics, newest first."""
    rows = StatisticsSnapshot.objects.order_by("-revision")[:limit]
    return [GlobalStatistics.model_validate(row.report) for row in rows]
