"""Facts of the fleet, and who has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Q, QuerySet

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
    """What is known altogether; ``waiting`` says whether anything waits to be added up."""

    subjects: Sequence[SubjectTotal]
    aggregated_at: datetime | None
    waiting: bool

    @property
    def facts(self) -> int:
        """Facts of all subjects."""
        return sum(one.facts for one in self.subjects)

    @property
    def shown(self) -> int:
        """Facts of all subjects that others may see."""
        return sum(one.shown for one in self.subjects)


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


def totals() -> Totals:
    """Numbers of facts by subject, and when they were last added up."""
    rows = GlobalFact.objects.order_by().values_list("subject")
    found: Mapping[str, tuple[int, int]] = {
        subject: (facts, shown)
        for subject, facts, shown in rows.annotate(
            facts=Count("id"), enough=Count("id", filter=visible())
        )
    }
    last = AddingUp.objects.first()
    return Totals(
        subjects=[SubjectTotal(one, *found.get(one.value, (0, 0))) for one in Subject],
        aggregated_at=last.aggregated_at if last else None,
        waiting=DirtyFact.objects.exists(),
    )
