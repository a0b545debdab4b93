"""Ask Centralcloud, and where it is away answer from what it said before."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from django.conf import settings
from django.db.models import F
from django.utils import timezone
from pydantic import ValidationError

from apps.shared.contracts.payloads.base import Payload
from apps.shared.contracts.payloads.knowledge import KnowledgeEntry
from apps.shared.knowledge_cache.kinds import question_digest
from apps.shared.knowledge_cache.models import Copy
from apps.shared.knowledge_cache.services.copies import copies_keep
from apps.shared.nats_bridge.services.asking import NoAnswer, ask

A = TypeVar("A", bound=Payload)
_NANOSECONDS = 1_000
"""Of a microsecond."""


@dataclass(frozen=True, slots=True)
class Asked(Generic[A]):
    """An answer and when it was given. One that is kept says why there is no fresh one."""

    answer: A
    answered_at: datetime
    reason: str = ""

    @property
    def fresh(self) -> bool:
        """Whether Centralcloud has just given it."""
        return not self.reason


def answer_asked(*, query: Payload, answer: type[A], kind: str) -> Asked[A]:
    """Centralcloud's answer; the last one to the same question where it cannot be asked now.

    Args:
        kind: under which the answer is kept, for the next time.

    Raises:
        NoAnswer: it cannot be asked, and this question was never answered; or the question is
            wrong, and what was once answered to it holds no more.
    """
    key = question_digest(query.model_dump(mode="json"))
    try:
        given = ask(query)
    except NoAnswer as error:
        if error.mistaken:
            raise
        return _kept(answer, kind, key, error)
    if not isinstance(given, answer):
        raise NoAnswer(f"Centralcloud answered {type(given).__name__} to {type(query).__name__}.")
    now = timezone.now()
    entry = KnowledgeEntry(
        key=key,
        revision=time.time_ns() // _NANOSECONDS,
        value=given.model_dump(mode="json"),
        answered_at=now,
    )
    copies_keep(kind=kind, entries=[entry], own=True)
    return Asked(given, now)


def _kept(answer: type[A], kind: str, key: str, error: NoAnswer) -> Asked[A]:
    """What was answered last time. Raises the error where there is nothing that can be read."""
    rows = Copy.objects.filter(instance=settings.IDENTITY.name, kind=kind, key=key, own=True)
    copy = rows.first()
    if copy is None or copy.value is None:
        raise error
    try:
        given = answer.model_validate(copy.value)
    except ValidationError:  # of another version of this program
        raise error from None
    rows.update(asked=F("asked") + 1, asked_at=timezone.now())
    return Asked(given, copy.answered_at, str(error))
