"""Facts of the fleet, and who has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Min, Q, QuerySet, Sum
from django.utils import timezone

from apps.centralcloud.aggregation.models import (
    AddingUp,
    Contribution,
    DirtyFact,
    GlobalFact,
    StatisticsSnapshot,
    Subject,
)


@dataclass(frozen=True, slots=True)
class SubjectTotal:
    """How many facts of a subject there are, and how many of them others may see."""

    subject: Subject
    facts: int
    shown: int


@dataclass(frozen=True, slots=True)
class Totals:
    """What was known when statistics were last computed, and when facts were last added up.

    ``waiting``: something has changed since they were added up.
    """

    subjects: Sequence[SubjectTotal]
    contributions: int
    aggregated_at: datetime
    waiting: bool


def visible() -> Q:
    """Facts whose content enough instances tell, under the setting as it is now."""
    return Q(shown=True, tellers__gte=settings.PATTERN_MIN_INSTANCES)


def facts_shown(*, subject: str) -> QuerySet[GlobalFact]:
    """Facts of a subject that others may see, those of most instances first."""
    return GlobalFact.objects.filter(visible(), subject=subject)


def fact_contributions(fact: GlobalFact) -> QuerySet[Contribution]:
    """What each code base says of a fact now, by instance."""
    return Contribution.objects.filter(
        subject=fact.subject, key=fact.key, withdrawn=False
    ).order_by("instance", "codebase")


def fact_holders(fact: GlobalFact) -> QuerySet[Any, Any]:
    """Instances that have a fact now, those with most occurrences first, in one query."""
    rows = Contribution.objects.filter(subject=fact.subject, key=fact.key, withdrawn=False)
    return (
        rows.order_by()
        .values("instance")
        .annotate(
            codebases=Count("codebase", distinct=True),
            occurrences=Sum("occurrences"),
            files=Sum("files"),
            first_seen_at=Min("first_seen_at"),
        )
        .order_by("-occurrences", "instance")
    )


def fact_course(fact: GlobalFact) -> list[tuple[datetime, int]]:
    """How many of the instances that have it now had it when, from the first until now.

    Two points for each that joined: before it and with it.
    """
    joined = fact_holders(fact).exclude(first_seen_at=None).order_by("first_seen_at")
    moments = list(joined.values_list("first_seen_at", flat=True))
    points = [
        (moment, count) for n, moment in enumerate(moments) for count in ((n, n + 1) if n else (1,))
    ]
    return [*points, (max(timezone.now(), moments[-1]), len(moments))] if moments else []


def totals() -> Totals | None:
    """Numbers of facts, counted by whoever computes statistics; None before the first adding up."""
    added = AddingUp.objects.first()
    if added is None:
        return None
    counted = StatisticsSnapshot.objects.first()
    return Totals(
        subjects=_subject_totals(counted) if counted else (),
        contributions=counted.report["contributions"] if counted else 0,
        aggregated_at=added.aggregated_at,
        waiting=DirtyFact.objects.exists(),
    )


def _subject_totals(counted: StatisticsSnapshot) -> list[SubjectTotal]:
    return [
        SubjectTotal(one, counted.facts.get(one.value, 0), counted.shown.get(one.value, 0))
        for one in Subject
    ]
