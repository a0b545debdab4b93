"""Take in a batch of messages: apply what is good, set aside what is not, say what to retry."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

import structlog
from django.db import InterfaceError, OperationalError

from apps.shared.contracts.errors import Reason
from apps.shared.contracts.subjects import CENTRALCLOUD, instance_source
from apps.shared.nats_bridge.database import database_gone
from apps.shared.nats_bridge.letters import Letter, Refused, letter_open
from apps.shared.nats_bridge.received import Received
from apps.shared.nats_bridge.services.applying import messages_apply
from apps.shared.nats_bridge.services.dead_letters import dead_letters_put
from apps.shared.nats_bridge.wiring import Wiring

log = structlog.get_logger(__name__)

MAX_DELIVERIES = 6
"""After so many a message whose handler fails is set aside."""


class DatabaseGone(Exception):
    """The database cannot be used now: nothing is the messages' fault. Try all of them again."""


class Verdict(Enum):
    """What becomes of a message."""

    DONE = "done"  # applied, applied before, or set aside
    AGAIN = "again"  # failed, and not for the last time


def letters_receive(*, letters: Sequence[Letter], wiring: Wiring) -> list[Verdict]:
    """Take in letters that came together.

    Those that came for the first time are applied in one transaction. If that fails, and for
    those that failed before, each has a transaction of its own, so that one bad message spoils
    no other.

    Raises:
        DatabaseGone: some may have been applied; giving all of them again is harmless.
    """
    try:
        together = _together([one for one in letters if one.attempts == 1], wiring)
        return [
            Verdict.DONE if together and one.attempts == 1 else _alone(one, wiring)
            for one in letters
        ]
    except (OperationalError, InterfaceError) as error:
        if database_gone(error):
            raise DatabaseGone(str(error).strip()) from error
        raise


def _together(letters: Sequence[Letter], wiring: Wiring) -> bool:
    """Whether all of them are done."""
    try:
        opened = [letter_open(one, wiring) for one in letters]
        received = [one for one in opened if isinstance(one, Received)]
        if received:
            messages_apply(messages=received, handlers=wiring.handlers)
        refused = [one for one in opened if isinstance(one, Refused)]
        if refused:
            dead_letters_put(refused=refused)
    except Exception as error:
        if database_gone(error):
            raise
        log.warning("batch.failed", messages=len(letters), error=_line(error))
        return False
    return True


def _alone(letter: Letter, wiring: Wiring) -> Verdict:
    sender = ""
    try:
        opened = letter_open(letter, wiring)
        if isinstance(opened, Refused):
            dead_letters_put(refused=[opened])
        elif opened:
            sender = instance_source(opened.instance) if opened.instance else CENTRALCLOUD
            messages_apply(messages=[opened], handlers=wiring.handlers)
    except Exception as error:
        if database_gone(error):
            raise
        if letter.attempts < MAX_DELIVERIES:
            log.warning("message.failed", subject=letter.subject, error=_line(error))
            return Verdict.AGAIN
        log.exception("message.set_aside", subject=letter.subject)
        dead_letters_put(refused=[Refused(letter, Reason.FAILED, _line(error), sender)])
    return Verdict.DONE


def _line(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
