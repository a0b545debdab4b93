"""Tell instances the answers that all of them get, where they have changed.

What was told is kept as this site's own copies: those are what a question for all answers of a
kind is answered with.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction

from apps.shared.contracts.payloads.knowledge import (
    KnowledgeEntry,
    KnowledgeInvalidated,
    KnowledgeUpdated,
)
from apps.shared.knowledge_cache.kinds import Answer, Kind, question_digest
from apps.shared.knowledge_cache.models import Copy
from apps.shared.knowledge_cache.services.answering import Cached, answer_cached, site_kinds
from apps.shared.knowledge_cache.services.copies import copies_forget, copies_keep
from apps.shared.nats_bridge.selectors import queueing
from apps.shared.nats_bridge.services.outbox import outbox_replace

_NANOSECONDS = 1_000
"""Of a microsecond."""
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('knowledge:tell:' || %s, 0))"


def answers_tell() -> dict[str, int]:
    """Put what has changed into the outbox. Returns how many answers were told and taken back."""
    told = taken_back = 0
    for kind in site_kinds().values():
        new, gone = _kind_tell(kind)
        told, taken_back = told + new, taken_back + gone
    return {"told": told, "taken back": taken_back}


def _kind_tell(kind: Kind) -> tuple[int, int]:
    """Answers are found before anything is locked, so that nobody who asks waits for this."""
    answers = {
        question_digest(question): answer_cached(kind=kind.name, question=question)
        for question in kind.told()
    }
    return _answers_tell(kind, answers)


@transaction.atomic
def _answers_tell(kind: Kind, answers: Mapping[str, Cached]) -> tuple[int, int]:
    """One at a time for each kind; an answer that another has overtaken meanwhile is not told."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [kind.name])
    copies = Copy.objects.filter(instance=settings.IDENTITY.name, kind=kind.name)
    known = {row.key: row for row in copies.filter(value__isnull=False)}
    told = 0
    for key, cached in answers.items():
        former = known.get(key)
        if former and (former.value == cached.value or former.answered_at > cached.made_at):
            continue
        _tell(kind.name, key, cached.value, cached.made_at)
        told += 1
    gone = known.keys() - answers.keys()
    if gone:
        _take_back(kind.name, gone)
    return told, len(gone)


def _tell(kind: str, key: str, value: Answer, answered_at: datetime) -> None:
    entry = KnowledgeEntry(key=key, revision=_revision(), value=value, answered_at=answered_at)
    copies_keep(kind=kind, entries=[entry])
    if queueing():
        outbox_replace(
            payload=KnowledgeUpdated(kind=kind, entry=entry),
            state_key=f"knowledge:{kind}:{key}",
            audience=kind,
        )


def _take_back(kind: str, keys: Iterable[str]) -> None:
    for key in sorted(keys):
        payload = KnowledgeInvalidated(kind=kind, keys=(key,), revision=_revision())
        copies_forget(payload=payload)
        if queueing():
            outbox_replace(payload=payload, state_key=f"knowledge:{kind}:{key}", audience=kind)


def _revision() -> int:
    """Microseconds since 1970."""
    return time.time_ns() // _NANOSECONDS
