"""Hand out unsent messages to relays, one relay a message, and record how it went.

Messages of one ``order_key`` are handed out in the order of their ids. While an earlier one is in
a relay's hands no other relay gets a later one, and while an earlier one has failed it is tried
alone: what waits behind it can still be taken back, so that of a state never more than two wait.
A relay that dies keeps what it had until its claim runs out. Clocks are the database's alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from apps.shared.contracts.event import Event
from apps.shared.contracts.subjects import message_of
from apps.shared.nats_bridge.models import OutboxMessage

CLAIM_SECONDS = 30
_LONGEST_ERROR = 500
_COLUMNS = "id, event_id, subject, data, traceparent, created_at"
_CANDIDATES = """
    SELECT id, size FROM nats_bridge_outboxmessage one
    WHERE instance = %(name)s AND sent_at IS NULL AND set_aside_at IS NULL
      AND (claimed_until IS NULL OR claimed_until < clock_timestamp())
      AND NOT EXISTS (
        SELECT FROM nats_bridge_outboxmessage earlier
        WHERE earlier.instance = one.instance AND earlier.order_key = one.order_key
          AND one.order_key <> '' AND earlier.sent_at IS NULL AND earlier.id < one.id
          AND (earlier.claimed_until >= clock_timestamp()
            OR earlier.attempts > 0 AND earlier.set_aside_at IS NULL))
    ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED"""
_CLAIM = f"""
    UPDATE nats_bridge_outboxmessage
    SET claimed_by = %(relay)s, claimed_until = clock_timestamp() + %(seconds)s * interval '1 s',
        may_have_left = may_have_left OR claimed_by <> ''  -- a relay died with it
    WHERE id = ANY(%(ids)s) RETURNING {_COLUMNS}"""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A claimed row and the event that it becomes."""

    id: int
    event: Event


@transaction.atomic
def outbox_claim(*, name: str, source: str, relay: str, limit: int, size: int) -> list[Outgoing]:
    """Up to ``limit`` messages of together about ``size`` bytes of data, oldest first.

    Claims of one name wait for each other, so that none overlooks what another just took.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"outbox {name}"])
        cursor.execute(_CANDIDATES, {"name": name, "limit": limit})
        ids = _within(cursor.fetchall(), size)
        cursor.execute(_CLAIM, {"relay": relay, "seconds": CLAIM_SECONDS, "ids": ids})
        rows = sorted(cursor.fetchall())
    return [_outgoing(row, source) for row in rows]


def outbox_mark_sent(*, ids: Sequence[int]) -> None:
    """JetStream has acknowledged them."""
    OutboxMessage.objects.filter(id__in=ids, sent_at=None).update(
        sent_at=Now(),
        claimed_by="",
        claimed_until=None,
        error="",
        may_have_left=False,
        attempts=F("attempts") + 1,
    )


def outbox_renew(*, ids: Sequence[int], relay: str) -> None:
    """The relay is still at it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE nats_bridge_outboxmessage "
            "SET claimed_until = clock_timestamp() + %s * interval '1 s' "
            "WHERE id = ANY(%s) AND claimed_by = %s",
            [CLAIM_SECONDS, list(ids), relay],
        )


def outbox_release(*, errors: Mapping[int, str], unheard: Collection[int], relay: str) -> None:
    """They were not sent, for the reasons given; any relay may try them again.

    Of those ``unheard`` there was no answer: they may have left.
    """
    with transaction.atomic():
        mine = OutboxMessage.objects.filter(claimed_by=relay, sent_at=None)
        mine.filter(id__in=unheard).update(may_have_left=True)
        for error in set(errors.values()):
            ids = [row for row, reason in errors.items() if reason == error]
            mine.filter(id__in=ids).update(
                claimed_by="",
                claimed_until=None,
                error=error[:_LONGEST_ERROR],
                attempts=F("attempts") + 1,
            )


def outbox_set_aside(*, errors: Mapping[int, str]) -> None:
    """They can never be sent as they are: others of their keys go on without them."""
    for row, error in errors.items():
        OutboxMessage.objects.filter(id=row, sent_at=None).update(
            claimed_by="",
            claimed_until=None,
            set_aside_at=Now(),
            error=error[:_LONGEST_ERROR],
            attempts=F("attempts") + 1,
        )


def outbox_send_again(*, ids: Sequence[int]) -> int:
    """Try those set aside once more. Returns how many there were."""
    rows = OutboxMessage.objects.filter(id__in=ids, sent_at=None).exclude(set_aside_at=None)
    return rows.update(set_aside_at=None, error="")


def _within(candidates: Sequence[tuple[int, int]], size: int) -> list[int]:
    """The first ones that fit, and at least one."""
    ids: list[int] = []
    total = 0
    for row, bytes_of_data in candidates:
        total += bytes_of_data
        if ids and total > size:
            break
        ids.append(row)
    return ids


def _outgoing(row: tuple[object, ...], source: str) -> Outgoing:
    """The row's time is its event's: a message sent again is the same message."""
    number, event_id, subject, data, traceparent, created_at = row
    message = message_of(str(subject))
    event = Event(
        subject=str(subject),
        source=source,
        type=message.type if message else "",
        data=bytes(data),  # type: ignore[call-overload]  # a buffer of psycopg
        id=str(event_id),
        time=created_at,  # type: ignore[arg-type]  # timestamptz
        traceparent=str(traceparent),
    )
    return Outgoing(int(number), event)  # type: ignore[call-overload]  # bigint
