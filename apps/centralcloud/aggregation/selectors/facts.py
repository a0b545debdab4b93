"""Facts of the fleet, and who has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Q, QuerySet

from apps.centralcloud.aggregation.models import (
    AddingUp,
    Contribution,
    DirtyFact,
    GlobalFact,
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
    """What was known when it was last added up; ``waiting``: something has changed since."""

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


def totals() -> Totals | None:
    """Numbers of facts by subject; None before anything was added up."""
    last = AddingUp.objects.first()
    if last is None:
        return None
    return Totals(
        subjects=[
            SubjectTotal(one, last.facts.get(one.value, 0), last.shown.get(one.value, 0))
            for one in Subject
        ],
        contributions=last.contributions,
        aggregated_at=last.aggregated_at,
        waiting=DirtyFact.objects.exists(),
    )
