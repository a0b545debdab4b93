"""Copies of Centralcloud's answers: of each key the highest revision wins, in whatever order."""

from __future__ import annotations

import json
from collections.abc import Iterable

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from apps.shared.contracts.payloads.knowledge import KnowledgeEntry, KnowledgeInvalidated

_KEEP = """
    INSERT INTO knowledge_cache_copy AS kept
        (instance, kind, key, revision, value, own, asked, answered_at, received_at, expires_at)
    VALUES (%s, %s, %s, %s, %s::jsonb, %s, 0, %s, %s, %s)
    ON CONFLICT (instance, kind, key) DO UPDATE
    SET revision = EXCLUDED.revision, value = EXCLUDED.value, own = EXCLUDED.own,
        answered_at = EXCLUDED.answered_at, received_at = EXCLUDED.received_at,
        expires_at = EXCLUDED.expires_at
    WHERE kept.revision < EXCLUDED.revision
"""
# Said again under the same revision: the same answer, found right at a later time.
_CONFIRM = """
    UPDATE knowledge_cache_copy SET answered_at = %s, received_at = %s
    WHERE instance = %s AND kind = %s AND key = %s AND revision = %s AND answered_at < %s
"""
_FORGET = """
    INSERT INTO knowledge_cache_copy AS kept
        (instance, kind, key, revision, value, own, asked, answered_at, received_at)
    SELECT %(instance)s, %(kind)s, key, %(revision)s, NULL, false, 0, %(now)s, %(now)s
    FROM unnest(%(keys)s::text[]) AS key
    ON CONFLICT (instance, kind, key) DO UPDATE
    SET revision = EXCLUDED.revision, value = NULL, received_at = EXCLUDED.received_at
    WHERE kept.revision <= EXCLUDED.revision
"""


@transaction.atomic
def copies_keep(*, kind: str, entries: Iterable[KnowledgeEntry], own: bool = False) -> int:
    """Keep those that are newer than what is kept. Returns how many those were.

    One of the same revision that was answered later only moves the time on: it still holds.

    Args:
        own: they answer what this instance asked; the others are told to all.
    """
    now, name = timezone.now(), settings.IDENTITY.name
    kept = 0
    with connection.cursor() as cursor:
        for one in sorted(entries, key=lambda entry: entry.key):
            at = one.answered_at
            stated = (one.key, one.revision, json.dumps(one.value), own, at, now, one.expires_at)
            cursor.execute(_KEEP, (name, kind, *stated))
            kept += (is_newer := cursor.rowcount)
            if not is_newer:
                cursor.execute(_CONFIRM, (at, now, name, kind, one.key, one.revision, at))
    return kept


def copies_forget(*, payload: KnowledgeInvalidated) -> int:
    """They hold no more, up to a revision; an older message does not bring them back."""
    with connection.cursor() as cursor:
        cursor.execute(
            _FORGET,
            {
                "instance": settings.IDENTITY.name,
                "kind": payload.kind,
                "revision": payload.revision,
                "keys": sorted(set(payload.keys)),
                "now": timezone.now(),
            },
        )
        return int(cursor.rowcount)
