"""Read side of messages."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Min, QuerySet, Sum
from django.db.models.functions import TruncMinute
from django.utils import timezone

from apps.shared.nats_bridge.models import (
    BridgeState,
    DeadLetter,
    InboxMessage,
    OutboxMessage,
    Refusals,
)

ALIVE_SECONDS = 30
"""A bridge that has written nothing for so long does not run."""


def queueing() -> bool:
    """Whether messages are queued at all: there is a NATS to reach and a key to sign with."""
    return settings.ENVIRONMENT.nats_mode != "isolated" and settings.IDENTITY.key is not None


def unsent() -> QuerySet[OutboxMessage]:
    """Messages of this site that wait to be sent."""
    return OutboxMessage.objects.filter(
        instance=settings.IDENTITY.name, sent_at=None, set_aside_at=None
    )


def unsent_count() -> int:
    """How many there are."""
    return unsent().count()


@dataclass(frozen=True, slots=True)
class Traffic:
    """How messages go. ``state`` is None where no bridge has ever run; times are UTC.

    ``set_aside_out`` messages can never be sent as they are; ``dead`` ones came, were set aside
    in the last day and were not replayed; ``refused`` counts all that were refused today.
    """

    state: BridgeState | None
    running: bool
    unsent: int
    oldest_unsent: datetime | None
    set_aside_out: int
    dead: int
    refused: int

    @property
    def connected(self) -> bool:
        """Whether a bridge runs and has a connection."""
        return self.running and self.state is not None and self.state.connected

    @property
    def pending(self) -> int | None:
        """Messages in the stream that are not yet applied, as far as that is known."""
        return self.state.pending if self.connected and self.state is not None else None


def traffic() -> Traffic:
    """How messages of this site go now."""
    name, now = settings.IDENTITY.name, timezone.now()
    state = BridgeState.objects.filter(name=name).first()
    waiting = unsent().aggregate(number=Count("id"), oldest=Min("created_at"))
    aside = OutboxMessage.objects.filter(instance=name, sent_at=None).exclude(set_aside_at=None)
    dead = DeadLetter.objects.filter(
        receiver=name, replayed_at=None, set_aside_at__gt=now - timedelta(days=1)
    )
    refused = Refusals.objects.filter(receiver=name, day=now.date()).aggregate(all=Sum("count"))
    heard = state is not None and now - state.heartbeat_at < timedelta(seconds=ALIVE_SECONDS)
    return Traffic(
        state=state,
        running=heard,
        unsent=waiting["number"],
        oldest_unsent=waiting["oldest"],
        set_aside_out=aside.count(),
        dead=dead.count(),
        refused=refused["all"] or 0,
    )


@dataclass(frozen=True, slots=True)
class Rates:
    """Messages a minute: (minute in UTC, number), the oldest first; minutes without any are 0."""

    received: list[tuple[datetime, int]]
    sent: list[tuple[datetime, int]]


def message_rates(*, minutes: int) -> Rates:
    """Of whole minutes before this one, by two queries over their indexes."""
    end = timezone.now().replace(second=0, microsecond=0)
    every = [end - timedelta(minutes=ago) for ago in range(minutes, 0, -1)]
    inbox = InboxMessage.objects.filter(receiver=settings.IDENTITY.name)
    outbox = OutboxMessage.objects.filter(instance=settings.IDENTITY.name)

    def counted(rows: QuerySet[Any], column: str) -> list[tuple[datetime, int]]:
        within = rows.filter(**{f"{column}__gte": every[0], f"{column}__lt": end}).order_by()
        found = dict(
            within.annotate(minute=TruncMinute(column))
            .values_list("minute")
            .annotate(number=Count("id"))
        )
        return [(minute, found.get(minute, 0)) for minute in every]

    return Rates(counted(inbox, "received_at"), counted(outbox, "sent_at"))


def dead_letters(*, reason: str = "") -> QuerySet[DeadLetter]:
    """Those of this site that were not replayed yet, newest first, without their data."""
    rows = DeadLetter.objects.filter(receiver=settings.IDENTITY.name, replayed_at=None)
    return (rows.filter(reason=reason) if reason else rows).defer("data").order_by("-id")


def applied(*, event_ids: Collection[str]) -> set[str]:
    """Which of these messages this site has applied, of those that it still remembers."""
    rows = InboxMessage.objects.filter(
        receiver=settings.IDENTITY.name, event_id__in=list(event_ids)
    )
    return set(rows.values_list("event_id", flat=True))
