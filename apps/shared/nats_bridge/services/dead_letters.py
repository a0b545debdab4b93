"""Set messages aside with the reason: a bounded number a day, and the count of all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from apps.shared.contracts.errors import Reason
from apps.shared.nats_bridge.letters import Refused
from apps.shared.nats_bridge.models import DeadLetter

KEPT_A_DAY = 100
"""Of one sender and reason; those whose handler failed are facts, and all of them are kept."""
KEPT_BYTES_TOO_LARGE = 4096
LONGEST_DETAIL = 2_000
_HEADERS, _NAME, _VALUE = 40, 100, 1_000
_COUNT = """
    INSERT INTO nats_bridge_refusals (receiver, day, reason, sender, count)
    VALUES (%(receiver)s, (now() AT TIME ZONE 'UTC')::date, %(reason)s, %(sender)s, %(count)s)
    ON CONFLICT (receiver, day, reason, sender)
    DO UPDATE SET count = nats_bridge_refusals.count + EXCLUDED.count
    RETURNING count"""


@transaction.atomic
def dead_letters_put(*, refused: Sequence[Refused]) -> int:
    """Count them all and keep what a day's bound allows. Returns how many were kept."""
    groups: dict[tuple[str, str], list[Refused]] = defaultdict(list)
    for one in refused:
        groups[one.reason, one.sender].append(one)
    kept = [one for key in sorted(groups) for one in _bounded(groups[key])]
    rows = [_row(one) for one in kept]
    DeadLetter.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _bounded(group: Sequence[Refused]) -> Sequence[Refused]:
    """The first of the day; ``group`` is of one reason and sender."""
    reason, sender = group[0].reason, group[0].sender
    values: dict[str, str | int] = {
        "receiver": settings.IDENTITY.name,
        "reason": reason.value,
        "sender": sender[:100],
        "count": len(group),
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, values)
        counted = int(cursor.fetchone()[0])
    if reason == Reason.FAILED:
        return group
    return group[: max(0, KEPT_A_DAY - (counted - len(group)))]


def _row(one: Refused) -> DeadLetter:
    letter = one.letter
    headers = {name.lower(): value for name, value in letter.headers.items()}
    data = letter.data[:KEPT_BYTES_TOO_LARGE] if one.reason == Reason.TOO_LARGE else letter.data
    return DeadLetter(
        receiver=settings.IDENTITY.name,
        reason=one.reason,
        detail=column_text(one.detail),
        subject=column_text(letter.subject, 200),
        event_id=column_text(headers.get("ce-id", ""), 200),
        source=column_text(headers.get("ce-source", ""), 200),
        headers={
            column_text(name, _NAME): column_text(value, _VALUE)
            for name, value in list(letter.headers.items())[:_HEADERS]
        },
        data=data,
        size=len(letter.data),
        stream=letter.stream,
        sequence=letter.sequence,
        stored_at=letter.stored_at,
        set_aside_at=timezone.now(),
        attempts=letter.attempts,
    )


def column_text(text: str, limit: int = LONGEST_DETAIL) -> str:
    """What PostgreSQL can hold of a text."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")[:limit]
