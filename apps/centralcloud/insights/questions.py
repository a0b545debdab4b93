"""What instances ask: each question has one answer, over NATS and REST alike."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from apps.centralcloud.aggregation.selectors.for_insights import facts_shown
from apps.centralcloud.aggregation.selectors.statistics import statistics_history
from apps.centralcloud.insights.models import Insight, Recommendation, Telling
from apps.centralcloud.insights.selectors.payloads import FACTS_BYTES, insight_facts, shared_fact
from apps.shared.contracts.fitting import MESSAGE_BYTES, fitting, json_bytes
from apps.shared.contracts.payloads.queries import (
    InsightsAnswer,
    InsightsQuery,
    RecommendationsAnswer,
    RecommendationsQuery,
    StatisticsAnswer,
    StatisticsQuery,
)


def recommendations(query: RecommendationsQuery, *, instance: str) -> RecommendationsAnswer:
    """What the asking instance is recommended."""
    rows = Recommendation.objects.filter(instance=instance).order_by("-score", "key")
    return RecommendationsAnswer(
        **_told(instance),
        recommendations=fitting(insight_facts(rows[: query.limit]), MESSAGE_BYTES),
    )


def insights(query: InsightsQuery, *, instance: str) -> InsightsAnswer:
    """What holds for the fleet: facts of a subject, and insights of a kind and subject."""
    told = _told("")
    shown = facts_shown(subject=query.subject or "")[: query.limit]
    facts = fitting(map(shared_fact, shown), FACTS_BYTES)
    rows: QuerySet[Insight] = Insight.objects.order_by("-score", "key")
    wanted = {"subject": query.subject, "kind": query.kind}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value})
    left = MESSAGE_BYTES - sum(map(json_bytes, facts))
    return InsightsAnswer(
        **told, facts=facts, insights=fitting(insight_facts(rows[: query.limit]), left)
    )


def statistics(query: StatisticsQuery, *, instance: str) -> StatisticsAnswer:
    """Global statistics, and as many older ones as are asked for and fit."""
    told = fitting(statistics_history(query.history + 1), MESSAGE_BYTES)
    return StatisticsAnswer(statistics=told[0] if told else None, history=told[1:])


def _told(audience: str) -> dict[str, Any]:
    """The revision of what an audience is told, and when it was worked out."""
    telling = Telling.objects.filter(audience=audience).first()
    if telling is None:
        return {}
    return {"revision": telling.revision, "generated_at": telling.generated_at}
