"""Revisions of what answers derive from."""

from __future__ import annotations

from django.db import connection
from django.utils import timezone

_CHANGE = """
    INSERT INTO knowledge_cache_source AS known (name, revision, changed_at) VALUES (%s, 1, %s)
    ON CONFLICT (name) DO UPDATE
    SET revision = known.revision + 1, changed_at = EXCLUDED.changed_at
"""


def source_changed(*names: str) -> None:
    """Say that sources have changed, inside the transaction that changes them, as its last work.

    Nothing that was worked out before that transaction's commit is served after it. Rows are
    locked by name until the transaction ends, always in the same order.
    """
    now = timezone.now()
    with connection.cursor() as cursor:
        for name in sorted(set(names)):
            cursor.execute(_CHANGE, [name, now])
