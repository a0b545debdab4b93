"""Statistics of the fleet, as last computed and before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from apps.centralcloud.aggregation.models import StatisticsSnapshot
from apps.shared.contracts.payloads.statistics import GlobalStatistics


def statistics_history(limit: int) -> list[GlobalStatistics]:
    """Statistics, newest first."""
    rows = StatisticsSnapshot.objects.order_by("-revision")[:limit]
    return [GlobalStatistics.model_validate(row.report) for row in rows]


@dataclass(frozen=True, slots=True)
class Then:
    """The fleet at one time: contributions, and facts by subject."""

    at: datetime
    contributions: int
    facts: dict[str, int]


def statistics_over_time(limit: int) -> list[Then]:
    """The last of them, the oldest first, in one query that leaves the reports where they are."""
    rows = StatisticsSnapshot.objects.order_by("-revision")
    found = rows.values_list("generated_at", "report__contributions", "facts")[:limit]
    return [Then(at, contributions or 0, facts) for at, contributions, facts in reversed(found)]
