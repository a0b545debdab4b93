"""What left and what did not, in numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Count, QuerySet, Sum
from django.utils import timezone

from apps.shared.nats_bridge.reading import Left, sent_by_day, sent_since
from apps.singularity.publishing.models import PublishedFact, PublishedModel, PublishedState

DAY = timedelta(days=1)
DAYS_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Refused:
    """How many facts of a subject do not leave for one reason."""

    subject: str
    reason: str
    facts: int


@dataclass(frozen=True, slots=True)
class Bundles:
    """Bundles of models that left: how many, and their bytes."""

    number: int
    size: int


@dataclass(frozen=True, slots=True)
class Ledger:
    """What left in the last day, when a fact was last told, and what is refused now."""

    left: Left
    bundles: Bundles
    told_at: datetime | None
    refused: tuple[Refused, ...]


def ledger_now() -> Ledger:
    """The ledger's numbers as of now."""
    states = PublishedState.objects.filter(instance=settings.INSTANCE_ID)
    told = states.exclude(told_at=None).order_by("-told_at").values_list("told_at", flat=True)
    since = timezone.now() - DAY
    bundles = bundles_left().filter(left_at__gte=since)
    sums = bundles.order_by().aggregate(number=Count("id"), size=Sum("size", default=0))
    return Ledger(
        left=sent_since(name=settings.IDENTITY.name, since=since),
        bundles=Bundles(**sums),
        told_at=told.first(),
        refused=refused_now(),
    )


def bundles_left() -> QuerySet[PublishedModel]:
    """Bundles of models that left, or may have, the newest first."""
    rows = PublishedModel.objects.filter(instance=settings.INSTANCE_ID, left_at__isnull=False)
    return rows.order_by("-left_at", "-id")


def refused_now() -> tuple[Refused, ...]:
    """What is refused now, the most frequent reason first."""
    rows = PublishedFact.objects.filter(state__instance=settings.INSTANCE_ID).exclude(refused="")
    groups = rows.order_by().values_list("state__subject", "refused").annotate(n=Count("id"))
    return tuple(Refused(*group) for group in groups.order_by("-n", "refused", "state__subject"))


def days_left() -> Mapping[date, Left]:
    """What left on each of the last days."""
    since = timezone.now() - DAYS_SHOWN * DAY
    return sent_by_day(name=settings.IDENTITY.name, since=since)
