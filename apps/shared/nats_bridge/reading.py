"""What has left: the rows of the outbox that were sent, for whoever shows them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import TruncDate

from apps.shared.nats_bridge.models import OutboxMessage


@dataclass(slots=True)
class Left:
    """What left: messages, the facts in them, bytes of data; messages by subject."""

    messages: int = 0
    facts: int = 0
    size: int = 0
    subjects: Counter[str] = field(default_factory=Counter)


def messages_sent(*, name: str) -> QuerySet[OutboxMessage]:
    """What this sender has sent, the newest first, without the data itself."""
    rows = OutboxMessage.objects.filter(instance=name, sent_at__isnull=False)
    return rows.defer("data").order_by("-sent_at", "-id")


def facts_of(fields: dict[str, int | str]) -> int:
    """How many facts of a code base a message carries, by its ``fields``, withdrawals included.

    What tells of no code base, as a heartbeat, carries none.
    """
    if "codebase" not in fields:
        return 0
    return sum(number for number in fields.values() if isinstance(number, int))


def sent_since(*, name: str, since: datetime) -> Left:
    """What has left since a time."""
    left = Left()
    rows = messages_sent(name=name).filter(sent_at__gte=since)
    for subject, fields, size in rows.values_list("subject", "fields", "size").iterator(2_000):
        _count(left, subject, facts_of(fields), size)
    return left


def sent_by_day(*, name: str, since: datetime) -> dict[date, Left]:
    """What left on each day, the newest first; facts are not counted."""
    rows = messages_sent(name=name).filter(sent_at__gte=since).order_by()
    dated = rows.annotate(day=TruncDate("sent_at")).values_list("day", "subject")
    groups = dated.annotate(number=Count("id"), bytes=Sum("size"))
    days: dict[date, Left] = {}
    for day, subject, number, size in groups.order_by("-day", "subject"):
        left = days.setdefault(day, Left())
        left.messages, left.size = left.messages + number, left.size + size
        left.subjects[subject] += number
    return days


def _count(left: Left, subject: str, facts: int, size: int) -> None:
    left.messages += 1
    left.facts += facts
    left.size += size
    left.subjects[subject] += 1
