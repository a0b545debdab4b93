"""Read letters in two steps: who says it, which is quick, and what it says, which takes longer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError

from apps.shared.contracts.event import Event
from apps.shared.core.embedded.errors import EmbeddedServerError
from apps.shared.nats_bridge.database import database_gone
from apps.shared.nats_bridge.letters import Letter, Refused, letter_parse, letter_verify
from apps.shared.nats_bridge.received import Received
from apps.shared.nats_bridge.wiring import Wiring

log = structlog.get_logger(__name__)


class DatabaseGone(Exception):
    """The database cannot be used now: nothing is the messages' fault. Try all of them again."""


@dataclass(frozen=True, slots=True)
class Unread:
    """Reading stumbled over something unforeseen: the letter is taken alone."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A letter and what reading it gave so far; None where nobody here handles it."""

    letter: Letter
    result: Event | Received[Any] | Refused | Unread | None

    @property
    def sender(self) -> str:
        """Who proved to have sent it; empty where nobody did."""
        return self.result.source if isinstance(self.result, Event) else ""

    @property
    def alone(self) -> bool:
        """Whether it must not spoil others."""
        return self.letter.attempts > 0 or isinstance(self.result, Unread)


@contextmanager
def database_noticed() -> Iterator[None]:
    """Tells trouble of the database from all other trouble. Raises DatabaseGone."""
    try:
        yield
    except (OperationalError, InterfaceError, EmbeddedServerError) as error:
        if database_gone(error):
            raise DatabaseGone(str(error).strip()) from error
        raise


def letters_verify(*, letters: Sequence[Letter], wiring: Wiring) -> list[Reading]:
    """Who sent each of them. Raises DatabaseGone."""
    with database_noticed():
        return [Reading(one, _tried(letter_verify, one, wiring)) for one in letters]


def letters_parse(*, readings: Sequence[Reading], wiring: Wiring) -> list[Reading]:
    """What each of the verified ones says. Raises DatabaseGone."""
    with database_noticed():
        return [
            replace(one, result=_tried(letter_parse, one.letter, one.result, wiring))
            if isinstance(one.result, Event)
            else one
            for one in readings
        ]


def _tried(read: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return read(*arguments)
    except Exception as error:
        if database_gone(error):
            raise
        log.exception("message.unread")
        return Unread()
