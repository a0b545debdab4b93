"""What a dashboard shows of insights."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max

from apps.centralcloud.insights.models import Insight, Recommendation, Telling

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Digest:
    """The best insights for all; how much is told to how many; when that last changed."""

    insights: list[Insight]
    insights_all: int
    recommendations: int
    instances: int
    changed_at: datetime | None


def insights_digest() -> Digest:
    """In four queries, whatever the size of the fleet."""
    told = Recommendation.objects.aggregate(
        all=Count("id"), instances=Count("instance", distinct=True)
    )
    return Digest(
        insights=list(Insight.objects.order_by("-score", "key")[:SHOWN]),
        insights_all=Insight.objects.count(),
        recommendations=told["all"],
        instances=told["instances"],
        changed_at=Telling.objects.aggregate(at=Max("generated_at"))["at"],
    )
