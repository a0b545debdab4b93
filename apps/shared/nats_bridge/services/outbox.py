"""Queue messages with the facts that they tell; take back what was not sent yet."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from apps.shared.contracts.event import event_of
from apps.shared.contracts.payloads.base import Payload
from apps.shared.contracts.subjects import message_for
from apps.shared.nats_bridge.models import OutboxMessage

CHANNEL = "outbox"
"""PostgreSQL's NOTIFY channel; its payload is the name of who sends."""


def outbox_put(
    *,
    payload: Payload,
    audience: str = "",
    order_key: str = "",
    state_key: str = "",
    since: int = 0,
) -> OutboxMessage:
    """Queue a message inside the caller's transaction; the relay wakes when it commits.

    Callers ask ``selectors.queueing`` first. For the other arguments see ``OutboxMessage``.

    Raises:
        MessageRefused: the payload is not a message of the table.
    """
    subject = message_for(type(payload)).subject + (f".{audience}" if audience else "")
    event = event_of(payload, subject=subject, source=settings.IDENTITY.source)
    row = OutboxMessage.objects.create(
        instance=settings.IDENTITY.name,
        event_id=UUID(event.id),
        subject=subject,
        order_key=order_key,
        state_key=state_key,
        since=since,
        data=event.data,
        size=len(event.data),
        fields=_fields(payload),
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, settings.IDENTITY.name])
    return row


def outbox_take_back(*, state_key: str) -> int | None:
    """Delete the unsent messages of a state, inside the caller's transaction.

    Those that a relay has in its hands stay; those that may have left are kept as sent, for the
    record. Returns the lowest ``since`` of what was taken back: what changed after it must be told
    anew; None when there was none.
    """
    free = Q(claimed_until=None) | Q(claimed_until__lt=timezone.now())
    rows = list(
        OutboxMessage.objects.select_for_update(skip_locked=True)
        .filter(free, instance=settings.IDENTITY.name, state_key=state_key, sent_at=None)
        .values_list("id", "since")
    )
    taken = OutboxMessage.objects.filter(id__in=[row[0] for row in rows])
    taken.exclude(claimed_by="").update(may_have_left=True)  # a relay died with it
    taken.filter(may_have_left=True).update(sent_at=Now(), claimed_by="", claimed_until=None)
    taken.filter(may_have_left=False).delete()
    return min((since for _, since in rows), default=None)


@transaction.atomic
def outbox_replace(*, payload: Payload, state_key: str, audience: str = "") -> OutboxMessage:
    """Queue a message that tells all of its state, in the place of an unsent one."""
    outbox_take_back(state_key=state_key)
    return outbox_put(payload=payload, audience=audience, state_key=state_key, order_key=state_key)


def _fields(payload: Payload) -> dict[str, int | str]:
    """The fields that the message carries: lists and objects as lengths, others as their type."""
    given = payload.model_dump(exclude_defaults=True)
    return {
        name: len(value) if isinstance(value, list | tuple | dict) else type(value).__name__
        for name, value in given.items()
    }
