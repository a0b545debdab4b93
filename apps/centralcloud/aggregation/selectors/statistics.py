"""Statistics of the fleet, as last computed and before."""

from __future__ import annotations

from apps.centralcloud.aggregation.models import StatisticsSnapshot
from apps.shared.contracts.payloads.statistics import GlobalStatistics


def statistics_latest() -> GlobalStatistics | None:
    """The last statistics; None before the first computation."""
    return next(iter(statistics_history(1)), None)


def statistics_history(limit: int) -> list[GlobalStatistics]:
    """Statistics, newest first."""
    rows = StatisticsSnapshot.objects.order_by("-revision")[:limit]
    return [GlobalStatistics.model_validate(row.report) for row in rows]
