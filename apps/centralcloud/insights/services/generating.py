"""The hourly run: read the fleet's facts, work out what they mean, store and tell it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils import timezone

from apps.centralcloud.aggregation.selectors.for_insights import fact_names
from apps.centralcloud.fleet.selectors.instances import audiences
from apps.centralcloud.insights.engine.insight import Evidence, Insight, insight_key
from apps.centralcloud.insights.selectors.payloads import shared_facts
from apps.centralcloud.insights.services.reading import Reading, fleet_read
from apps.centralcloud.insights.services.storing import audiences_forget
from apps.centralcloud.insights.services.telling import audience_tell
from apps.centralcloud.insights.services.working_out import WorkedOut, insights_work_out
from apps.shared.contracts.payloads.base import LARGEST
from apps.shared.contracts.payloads.insights import InsightFact

BATCH = 25
"""Instances whose insights are written out at once."""


def insights_generate() -> dict[str, int]:
    """Work out, store and tell all insights; returns how many of what.

    Each audience's rows change together with its message. An instance that contributes but does
    not listen, since its key was revoked, is kept up to date all the same; one that listens but
    contributes nothing is told that there is nothing.
    """
    now = timezone.now()
    worked_out = insights_work_out(fleet_read(), now=now)
    listening = set(audiences())
    wide = _payloads(worked_out.reading, [worked_out.wide])[0]
    messages = int(audience_tell(insights=wide, facts=shared_facts(), listening=True, now=now))
    told = recommendations = 0
    for name, insights in _own(worked_out, sorted(listening)):
        messages += audience_tell(
            audience=name, insights=insights, listening=name in listening, now=now
        )
        recommendations += len(insights)
        told += bool(insights)
    audiences_forget(except_for={*worked_out.reading.instances, *listening})
    return {
        "facts": len(worked_out.reading.shown),
        "instances": len(worked_out.reading.instances),
        "insights": len(wide),
        "recommended to": told,
        "recommendations": recommendations,
        "messages": messages,
    }


def _own(
    worked_out: WorkedOut, listening: Sequence[str]
) -> Iterator[tuple[str, list[InsightFact]]]:
    """Each instance that contributes or listens, with what it is told."""
    reading = worked_out.reading
    names = list(reading.fleet.instances)
    for start in range(0, len(names), BATCH):
        places = range(start, min(start + BATCH, len(names)))
        payloads = _payloads(reading, [worked_out.own(place) for place in places])
        yield from zip(names[start : start + BATCH], payloads, strict=True)
    yield from ((name, []) for name in listening if name not in reading.instances)


def _payloads(reading: Reading, told: Sequence[Sequence[Insight]]) -> list[list[InsightFact]]:
    """Insights with the names of what they are about, in the order that answers have them.

    What is shown no more is left out.
    """
    ids = {reading.shown[one.fact].id for insights in told for one in insights}
    names = fact_names(sorted(ids))
    found = (
        [fact for one in insights if (fact := _payload(reading, one, names))] for insights in told
    )
    return [sorted(facts, key=lambda fact: (-fact.score, fact.key)) for facts in found]


def _payload(reading: Reading, one: Insight, names: Mapping[int, str]) -> InsightFact | None:
    shown = reading.shown[one.fact]
    if shown.id not in names:
        return None
    return InsightFact.model_validate(
        {
            "key": insight_key(one.kind, shown.subject, shown.key),
            "kind": one.kind,
            "subject": shown.subject,
            "subject_key": shown.key,
            "subject_kind": shown.kind[:60],
            "language": shown.language or None,
            "name": names[shown.id],
            "reason": one.reason[:500],
            "score": one.score,
            "evidence": _numbers(one.evidence),
        }
    )


def _numbers(evidence: Evidence) -> dict[str, Any]:
    """Its numbers as JSON has them: sums over the fleet may be larger than that holds."""
    counts = ("having", "of", "here", "here_of")
    return {name: min(getattr(evidence, name), LARGEST) for name in counts} | {
        name: getattr(evidence, name) for name in ("share", "confidence", "among", "versions")
    }
