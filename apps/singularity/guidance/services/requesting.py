"""Ask Centralcloud for what it tells, so that an instance that missed messages catches up."""

from __future__ import annotations

from typing import TypeVar

from django.conf import settings

from apps.shared.contracts.payloads.base import Payload
from apps.shared.contracts.payloads.insights import InsightsAggregated
from apps.shared.contracts.payloads.queries import (
    InsightsAnswer,
    InsightsQuery,
    RecommendationsAnswer,
    RecommendationsQuery,
    StatisticsAnswer,
    StatisticsQuery,
)
from apps.shared.nats_bridge.selectors import queueing
from apps.shared.nats_bridge.services.asking import NoAnswer, ask
from apps.singularity.guidance.services.receiving import insights_apply, statistics_apply

TIMEOUT_SECONDS = 20.0
LIMIT = 200
A = TypeVar("A", bound=Payload)


def guidance_request() -> dict[str, int | str]:
    """Recommendations, insights and statistics as Centralcloud has them now.

    What is asked for is applied as if it had been told: an answer that is no news changes nothing.

    Raises:
        NoAnswer: Centralcloud was not reached, or answered something else.
    """
    if not queueing():
        return {"asked": 0, "reason": "isolated or not enrolled"}
    told = [_recommendations(), _insights()]
    statistics = _asked(StatisticsQuery(), StatisticsAnswer).statistics
    news = sum(insights_apply(payload=payload) for payload in told if payload)
    news += bool(statistics and statistics_apply(payload=statistics))
    return {
        "asked": 3,
        "news": news,
        "insights": sum(len(payload.insights) for payload in told if payload),
    }


def _recommendations() -> InsightsAggregated | None:
    answer = _asked(RecommendationsQuery(limit=LIMIT), RecommendationsAnswer)
    if answer.generated_at is None:
        return None
    return InsightsAggregated(
        audience=settings.INSTANCE_ID,
        revision=answer.revision,
        generated_at=answer.generated_at,
        insights=answer.recommendations,
    )


def _insights() -> InsightsAggregated | None:
    """Of each subject as many as an answer takes.

    Between two questions there may be news: then all count as the older ones, which whatever is
    told of the newer ones replaces.
    """
    answers = [
        _asked(InsightsQuery(subject=subject, limit=LIMIT), InsightsAnswer)
        for subject in ("pattern", "architecture", "framework", "package")
    ]
    oldest = min(answers, key=lambda answer: answer.revision)
    if oldest.generated_at is None:
        return None
    return InsightsAggregated(
        revision=oldest.revision,
        generated_at=oldest.generated_at,
        facts=tuple(fact for answer in answers for fact in answer.facts),
        insights=tuple(one for answer in answers for one in answer.insights),
    )


def _asked(query: Payload, kind: type[A]) -> A:
    answer = ask(query, timeout=TIMEOUT_SECONDS)
    if not isinstance(answer, kind):
        raise NoAnswer(f"Centralcloud answered {type(answer).__name__} to {type(query).__name__}.")
    return answer
