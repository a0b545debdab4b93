"""Cached answers: one that changed, some that hold no more, all of a kind."""

from __future__ import annotations

import math
from typing import Annotated

from pydantic import AfterValidator, Field, JsonValue, StringConstraints

from apps.shared.contracts.payloads.base import NO_NUL, Payload, Revision, Time, Word


def _storable(value: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """The value. Raises ValueError for what PostgreSQL's jsonb cannot hold: NUL, NaN, infinity."""
    waiting: list[object] = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            waiting += [*part, *part.values()]
        elif isinstance(part, list):
            waiting += part
        elif isinstance(part, str) and "\0" in part:
            raise ValueError("a text holds the character NUL")
        elif isinstance(part, float) and not math.isfinite(part):
            raise ValueError("a number is not finite")
    return value


Answer = Annotated[dict[str, JsonValue], AfterValidator(_storable)]
EntryKey = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=NO_NUL)]


class KnowledgeEntry(Payload):
    """A cached answer, and when it was worked out; of each key the highest revision wins."""

    key: EntryKey
    revision: Revision
    value: Answer
    answered_at: Time
    expires_at: Time | None = None


class KnowledgeUpdated(Payload):
    """A cached answer of a kind is new or has changed."""

    kind: Word
    entry: KnowledgeEntry


class KnowledgeInvalidated(Payload):
    """Answers of a kind up to a revision hold no more."""

    kind: Word
    keys: Annotated[tuple[EntryKey, ...], Field(min_length=1, max_length=1_000)]
    revision: Revision


class KnowledgeRequest(Payload):
    """Asks for all cached answers of a kind, from a cursor on."""

    kind: Word
    after: EntryKey | None = None


class KnowledgeAnswer(Payload):
    """A page of cached answers; ``next`` is the cursor of the next one, where there is one."""

    kind: Word
    entries: Annotated[tuple[KnowledgeEntry, ...], Field(max_length=500)] = ()
    next: EntryKey | None = None
