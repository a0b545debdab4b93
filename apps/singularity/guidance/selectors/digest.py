"""What a dashboard shows of what the fleet told, and why there may be nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Case, Count, IntegerField, Max, When, Window

from apps.singularity.guidance.models import FleetStatistics, Insight, Scope, SharedFact, Telling
from apps.singularity.guidance.selectors.insights import insights_told, own

SHOWN = 6
EACH_SHOWN = 3
"""Insights of one kind that the digest shows at most."""
CANDIDATES = 100
FACTS_SHOWN = 4
_NUMBER = Window(Count("id"))
_PATTERNS_FIRST = (
    Case(When(subject="pattern", then=0), default=1, output_field=IntegerField()),
    "-instances",
    "-confidence",
    "id",
)
_TOTALS = (
    ("codebases", "code bases"),
    ("files", "files"),
    ("shared_patterns", "shared patterns"),
    ("architecture", "architecture patterns"),
    ("frameworks", "frameworks"),
    ("packages", "packages"),
)


@dataclass(frozen=True, slots=True)
class Digest:
    """The best insights, a few of each kind; what most of the fleet has; totals.

    ``insights_all`` counts those that the list shows. ``statistics`` is the contract's
    ``GlobalStatistics`` as JSON. ``heard_at`` is when anything was last received.
    """

    insights: list[Insight]
    insights_all: int
    facts: list[SharedFact]
    facts_all: int
    statistics: dict[str, Any]
    heard_at: datetime

    @property
    def totals(self) -> list[tuple[str, int]]:
        """What the fleet has in numbers, each with what it counts."""
        members = sum(self.statistics.get("instances", {}).values())
        named = [(label, self.statistics.get(name, 0)) for name, label in _TOTALS]
        return [(label, number) for label, number in [("instances", members), *named] if number]


def why_nothing() -> str:
    """Why this instance was told nothing; empty where it was told something."""
    if own(Telling).exists() or own(FleetStatistics).exists():
        return ""
    if settings.ENVIRONMENT.nats_mode == "isolated":
        return "This instance is isolated: NATS_HOST is empty, so nothing comes from a fleet."
    if settings.IDENTITY.key is None:
        return (
            "This instance is not enrolled: manage.py instance_enroll at Centralcloud prints its "
            "key."
        )
    return (
        "Nothing was told yet: Centralcloud tells insights every hour, of facts that enough "
        "instances share."
    )


def guidance_digest() -> Digest | None:
    """What was told, in four queries; None where nothing was."""
    heard = own(Telling).aggregate(at=Max("received_at"))["at"]
    statistics = own(FleetStatistics).first()
    received = [at for at in (heard, statistics and statistics.received_at) if at]
    if not received:
        return None
    rows = list(insights_told().annotate(number=_NUMBER)[:CANDIDATES])
    facts = list(own(SharedFact).annotate(number=_NUMBER).order_by(*_PATTERNS_FIRST)[:FACTS_SHOWN])
    return Digest(
        insights=_few_of_each(rows),
        insights_all=_number(rows),
        facts=[fact for fact in facts if fact.subject == "pattern"],
        facts_all=_number(facts),
        statistics=statistics.report if statistics else {},
        heard_at=max(received),
    )


def _number(rows: Sequence[Any]) -> int:
    """How many rows there are altogether."""
    return int(rows[0].number) if rows else 0


def _few_of_each(rows: Sequence[Insight]) -> list[Insight]:
    """The instance's own before those of all, a few of each kind."""
    taken: Counter[str] = Counter()
    chosen = []
    for row in sorted(rows, key=lambda row: row.scope != Scope.OWN):
        taken[row.kind] += 1
        if taken[row.kind] <= EACH_SHOWN:
            chosen.append(row)
    return chosen[:SHOWN]
