"""Forget answers on somebody's word."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from apps.shared.knowledge_cache.models import Entry
from apps.shared.knowledge_cache.services.answering import site_kinds
from apps.shared.knowledge_cache.services.sources import source_changed


@transaction.atomic
def entries_forget(*, ids: Collection[int]) -> int:
    """Work these answers out anew when they are next asked. Returns how many were forgotten.

    Near copies stand under the revision of their sources, so those get a new one: other answers of
    the same sources are worked out anew too, which costs time and is never wrong.
    """
    rows = Entry.objects.filter(id__in=ids)
    kinds = set(rows.values_list("kind", flat=True))
    gone, _ = rows.delete()
    known = site_kinds()
    source_changed(*(name for kind in kinds if kind in known for name in known[kind].sources))
    return gone
