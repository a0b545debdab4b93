"""What Centralcloud tells of its cached answers: each handler hands a batch to one service."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from apps.shared.contracts.payloads.knowledge import (
    KnowledgeEntry,
    KnowledgeInvalidated,
    KnowledgeUpdated,
)
from apps.shared.knowledge_cache.services.copies import copies_forget, copies_keep
from apps.shared.nats_bridge.received import Received


def updated(batch: Sequence[Received[KnowledgeUpdated]]) -> None:
    """``knowledge.cache.update.<kind>``."""
    by_kind: dict[str, list[KnowledgeEntry]] = defaultdict(list)
    for received in batch:
        by_kind[received.payload.kind].append(received.payload.entry)
    for kind, entries in sorted(by_kind.items()):
        copies_keep(kind=kind, entries=entries)


def invalidated(batch: Sequence[Received[KnowledgeInvalidated]]) -> None:
    """``knowledge.cache.invalidate.<kind>``."""
    for received in batch:
        copies_forget(payload=received.payload)
