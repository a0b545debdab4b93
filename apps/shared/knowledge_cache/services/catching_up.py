"""Ask Centralcloud for all the answers that it tells, so that copies are right after an absence."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

from django.conf import settings
from django.utils import timezone

from apps.shared.contracts.payloads.knowledge import (
    KnowledgeAnswer,
    KnowledgeEntry,
    KnowledgeRequest,
)
from apps.shared.knowledge_cache.models import Copy
from apps.shared.knowledge_cache.services.copies import copies_keep
from apps.shared.nats_bridge.selectors import queueing
from apps.shared.nats_bridge.services.asking import NoAnswer, ask

TIMEOUT_SECONDS = 20.0


def copies_catch_up() -> dict[str, int | str]:
    """Bring the copies of the site's ``COPIES`` to what Centralcloud has now.

    Raises:
        NoAnswer: it was not reached, or answered something else; copies stay as they are.
    """
    if not queueing():
        return {"asked": 0, "reason": "isolated or not enrolled"}
    kinds = import_module(settings.SITE_WIRING).COPIES
    news = gone = 0
    for kind in kinds:
        began = timezone.now()
        entries = list(_entries(kind))
        news += copies_keep(kind=kind, entries=entries)
        told = Copy.objects.filter(instance=settings.IDENTITY.name, kind=kind, own=False)
        old = told.filter(received_at__lt=began).exclude(key__in=[one.key for one in entries])
        gone += old.filter(value__isnull=False).update(value=None)
    return {"asked": len(kinds), "news": news, "gone": gone}


def _entries(kind: str) -> Iterator[KnowledgeEntry]:
    """All answers of a kind, page by page."""
    after: str | None = None
    while True:
        answer = ask(KnowledgeRequest(kind=kind, after=after), timeout=TIMEOUT_SECONDS)
        if not isinstance(answer, KnowledgeAnswer) or answer.kind != kind:
            raise NoAnswer(f"Centralcloud answered {type(answer).__name__} of another kind.")
        yield from answer.entries
        if answer.next is None or (after is not None and answer.next <= after):
            return
        after = answer.next
