"""Delete messages that are of no more use."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from apps.shared.contracts.payloads import Heartbeat
from apps.shared.contracts.subjects import message_for
from apps.shared.nats_bridge.models import DeadLetter, InboxMessage, OutboxMessage, Refusals

AT_A_TIME = 10_000
HEARTBEATS_OUT = timedelta(days=1)
HEARTBEATS_IN = timedelta(hours=1)
"""Longer than the stream keeps a heartbeat: none can come a second time after that."""
INBOX_MARGIN = timedelta(days=1)
"""What came is remembered for longer than the stream keeps it."""


def messages_prune() -> dict[str, int]:
    """Delete what is older than ``RETENTION_DAYS``, and heartbeats sooner. Returns the counts.

    Unsent messages and those set aside on their way out stay.
    """
    name, now = settings.IDENTITY.name, timezone.now()
    beat = message_for(Heartbeat).subject
    old = now - timedelta(days=settings.RETENTION_DAYS)
    sent = Q(sent_at__lt=old) | Q(sent_at__lt=now - HEARTBEATS_OUT, subject=beat)
    came = Q(received_at__lt=old - INBOX_MARGIN)
    came |= Q(received_at__lt=now - HEARTBEATS_IN, subject=beat)
    return {
        "sent": _delete(OutboxMessage.objects.filter(sent, instance=name)),
        "received": _delete(InboxMessage.objects.filter(came, receiver=name)),
        "dead_letters": _delete(DeadLetter.objects.filter(receiver=name, set_aside_at__lt=old)),
        "refusals": _delete(Refusals.objects.filter(receiver=name, day__lt=old.date())),
    }


def _delete(rows: QuerySet[Any]) -> int:
    """In steps, so that no transaction is long."""
    total = 0
    while ids := list(rows.order_by("id").values_list("id", flat=True)[:AT_A_TIME]):
        total += rows.model.objects.filter(id__in=ids).delete()[0]
    return total
