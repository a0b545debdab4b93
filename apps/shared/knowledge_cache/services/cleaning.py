"""Count what was found near, and delete what nobody asks for any more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from apps.shared.knowledge_cache.models import Copy, Entry, Tally
from apps.shared.knowledge_cache.near import near

KEPT = timedelta(days=7)
"""After so long unasked an answer goes."""
BYTES = 256 * 1024 * 1024
"""Of all answers; beyond it those that were not asked for longest go first."""
COPIES = 1_000
"""Answers to its own questions that an instance keeps."""
_BEYOND = """
    DELETE FROM knowledge_cache_entry WHERE id IN (
        SELECT id FROM (
            SELECT id, sum(bytes) OVER (ORDER BY asked_at DESC, id DESC) AS total
            FROM knowledge_cache_entry
        ) AS ordered WHERE total > %s
    )
"""


def cache_clean() -> dict[str, int]:
    """Returns how many answers were found near since the last time, and what was deleted."""
    found = near().counts_take()
    _count(found)
    now = timezone.now()
    old, _ = Entry.objects.filter(asked_at__lt=now - KEPT).delete()
    with connection.cursor() as cursor:
        cursor.execute(_BEYOND, [BYTES])
        old += cursor.rowcount
    return {"found near": sum(found.values()), "entries": old, "copies": _copies_clean()}


@transaction.atomic
def _count(found: Mapping[tuple[str, str], int]) -> None:
    """Add to what each answer, and each kind, was asked."""
    now = timezone.now()
    kinds: Counter[str] = Counter()
    for (kind, key), number in sorted(found.items()):
        kinds[kind] += number
        rows = Entry.objects.filter(kind=kind, key=key)
        rows.update(asked=F("asked") + number, asked_at=now)
    for kind, number in sorted(kinds.items()):
        Tally.objects.get_or_create(kind=kind, defaults={"since": now})
        Tally.objects.filter(kind=kind).update(near=F("near") + number)


def _copies_clean() -> int:
    """Expired ones, those that hold no more for long, and own ones that nobody asked for again."""
    now = timezone.now()
    limit = now - timedelta(days=settings.RETENTION_DAYS)
    copies = Copy.objects.filter(instance=settings.IDENTITY.name)
    unasked = Q(own=True, received_at__lt=limit) & (Q(asked_at=None) | Q(asked_at__lt=limit))
    ended = Q(value__isnull=True, received_at__lt=limit) | Q(expires_at__lt=now)
    gone, _ = copies.filter(unasked | ended).delete()
    newest = copies.filter(own=True).order_by("-received_at", "-id")
    beyond = list(newest.values_list("id", flat=True)[COPIES:])
    more, _ = Copy.objects.filter(id__in=beyond).delete()
    return gone + more
