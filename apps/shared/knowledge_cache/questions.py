"""What instances ask: all answers of a kind, page by page."""

from __future__ import annotations

from django.conf import settings

from apps.shared.contracts.payloads.knowledge import (
    KnowledgeAnswer,
    KnowledgeEntry,
    KnowledgeRequest,
)
from apps.shared.knowledge_cache.models import Copy

PAGE_BYTES = 384 * 1024
"""Of JSON; a single answer that is larger still fits into a message of its own."""
PAGE = 500


def entries(query: KnowledgeRequest, *, instance: str) -> KnowledgeAnswer:
    """Answers that every instance may have, by key; ``next`` is the last key of a full page."""
    rows = Copy.objects.filter(instance=settings.IDENTITY.name, kind=query.kind, own=False)
    rows = rows.filter(value__isnull=False).filter(key__gt=query.after or "").order_by("key")
    found: list[KnowledgeEntry] = []
    size = 0
    for row in rows[: PAGE + 1].iterator():
        entry = _entry(row)
        size += len(entry.model_dump_json().encode())
        if len(found) == PAGE or (found and size > PAGE_BYTES):
            return KnowledgeAnswer(kind=query.kind, entries=tuple(found), next=found[-1].key)
        found.append(entry)
    return KnowledgeAnswer(kind=query.kind, entries=tuple(found))


def _entry(row: Copy) -> KnowledgeEntry:
    fields = ("key", "revision", "value", "answered_at", "expires_at")
    return KnowledgeEntry.model_validate({name: getattr(row, name) for name in fields})
