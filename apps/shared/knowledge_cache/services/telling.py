"""Tell instances the answers that all of them get, where they have changed.

What was told is kept as this site's own copies: those are what a question for all answers of a
kind is answered with. An answer that says the same as before is not told again; the copy here is
then from a later time, which instances learn when they ask for all answers.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import structlog
from django.conf import settings
from django.db import connection, transaction
from pydantic import ValidationError

from apps.shared.contracts.errors import MessageRefused
from apps.shared.contracts.payloads.knowledge import (
    KnowledgeEntry,
    KnowledgeInvalidated,
    KnowledgeUpdated,
)
from apps.shared.knowledge_cache.kinds import Kind, Question, content, question_digest
from apps.shared.knowledge_cache.models import Copy
from apps.shared.knowledge_cache.services.answering import Cached, answer_cached, site_kinds
from apps.shared.knowledge_cache.services.copies import copies_forget, copies_keep
from apps.shared.nats_bridge.selectors import queueing
from apps.shared.nats_bridge.services.outbox import outbox_replace

log = structlog.get_logger(__name__)

_NANOSECONDS = 1_000
"""Of a microsecond."""
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('knowledge:tell:' || %s, 0))"
_NAMED, _LONGEST = 3, 200
"""Of a failure's text: answers that it names, and characters of each question."""


class TellingFailed(Exception):
    """Some answers could not be told, all others were; the text says which and why."""


@dataclass(slots=True)
class Telling:
    """What came of it: numbers of answers, and for each that could not be told a line."""

    told: int = 0
    taken_back: int = 0
    failed: list[str] = field(default_factory=list)

    def fail(self, kind: str, question: object, error: Exception) -> None:
        """Note an answer that cannot be told."""
        asked = str(question)[:_LONGEST]
        log.error("answer.not_told", kind=kind, question=asked, exc_info=error)
        self.failed.append(f"{kind} {asked}: {_reason(error)}")


def _reason(error: Exception) -> str:
    """One line of it."""
    if isinstance(error, ValidationError):
        return str(error.errors(include_input=False)[0]["msg"])
    return f"{type(error).__name__}: {error}".partition("\n")[0]


def answers_tell() -> dict[str, int]:
    """Put what has changed into the outbox. Returns how many answers were told and taken back.

    Raises:
        TellingFailed: after all others were told; of those that failed instances keep what they
            have.
    """
    telling = Telling()
    for kind in site_kinds().values():
        try:
            asked = {question_digest(question): question for question in kind.told()}
        except Exception as error:  # noqa: BLE001  one kind of many: what it reads may be gone
            telling.fail(kind.name, "questions", error)
        else:
            _answers_tell(kind, asked, _found(kind, asked, telling), telling)
    if telling.failed:
        more = len(telling.failed) - _NAMED
        rest = [f"{more} more"] if more > 0 else []
        raise TellingFailed("; ".join(telling.failed[:_NAMED] + rest))
    return {"told": telling.told, "taken back": telling.taken_back}


def _found(kind: Kind, asked: Mapping[str, Question], telling: Telling) -> dict[str, Cached]:
    """Answers are found before anything is locked, so that nobody who asks waits for this."""
    found = {}
    for key, question in asked.items():
        try:
            found[key] = answer_cached(kind=kind.name, question=question)
        except Exception as error:  # noqa: BLE001  one question of many
            telling.fail(kind.name, question, error)
    return found


@transaction.atomic
def _answers_tell(
    kind: Kind, asked: Mapping[str, Question], found: Mapping[str, Cached], telling: Telling
) -> None:
    """One at a time for each kind; an answer that another has overtaken meanwhile is not told."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [kind.name])
    copies = Copy.objects.filter(instance=settings.IDENTITY.name, kind=kind.name)
    known = {row.key: row for row in copies.filter(value__isnull=False)}
    for key, cached in found.items():
        try:
            with transaction.atomic():
                telling.told += _tell(kind.name, key, cached, known.get(key))
        except (MessageRefused, ValidationError) as error:
            telling.fail(kind.name, asked[key], error)
    gone = known.keys() - asked.keys()
    _take_back(kind.name, gone)
    telling.taken_back += len(gone)


def _tell(kind: str, key: str, cached: Cached, former: Copy | None) -> bool:
    """Whether it had to be told. Raises MessageRefused or ValidationError where it cannot be."""
    if former and former.answered_at > cached.made_at:
        return False
    same = former is not None and content(former.value or {}) == content(cached.value)
    entry = KnowledgeEntry(
        key=key,
        revision=former.revision if former and same else _revision(),
        value=cached.value,
        answered_at=cached.made_at,
    )
    copies_keep(kind=kind, entries=[entry])
    if same:
        return False
    if queueing():
        outbox_replace(
            payload=KnowledgeUpdated(kind=kind, entry=entry),
            state_key=f"knowledge:{kind}:{key}",
            audience=kind,
        )
    return True


def _take_back(kind: str, keys: Iterable[str]) -> None:
    for key in sorted(keys):
        payload = KnowledgeInvalidated(kind=kind, keys=(key,), revision=_revision())
        copies_forget(payload=payload)
        if queueing():
            outbox_replace(payload=payload, state_key=f"knowledge:{kind}:{key}", audience=kind)


def _revision() -> int:
    """Microseconds since 1970."""
    return time.time_ns() // _NANOSECONDS
