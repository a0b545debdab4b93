"""Settle messages that were read: apply what is good, set aside what is not, say what to retry."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

import structlog

from apps.shared.contracts.errors import Reason
from apps.shared.contracts.subjects import CENTRALCLOUD, instance_source
from apps.shared.nats_bridge.database import database_gone
from apps.shared.nats_bridge.letters import Letter, Refused, letter_open
from apps.shared.nats_bridge.received import Received
from apps.shared.nats_bridge.services.applying import messages_apply
from apps.shared.nats_bridge.services.dead_letters import dead_letters_put
from apps.shared.nats_bridge.services.reading import Reading, database_noticed
from apps.shared.nats_bridge.wiring import Wiring

log = structlog.get_logger(__name__)

MAX_ATTEMPTS = 6
"""After so many a message whose handler fails is set aside."""


class Verdict(Enum):
    """What becomes of a message."""

    DONE = "done"  # applied, applied before, or set aside
    AGAIN = "again"  # failed, and not for the last time


def letters_settle(*, readings: Sequence[Reading], wiring: Wiring) -> list[Verdict]:
    """Apply or set aside letters that came together.

    Those that never failed are applied in one transaction. If that fails, and for those that
    failed before, each has a transaction of its own, so that one bad message spoils no other.

    Raises:
        DatabaseGone: some may have been applied; giving all of them again is harmless.
    """
    with database_noticed():
        together = _together([one for one in readings if not one.alone], wiring)
        return [
            Verdict.DONE if together and not one.alone else _alone(one.letter, wiring)
            for one in readings
        ]


def _together(readings: Sequence[Reading], wiring: Wiring) -> bool:
    """Whether all of them are done."""
    results = [one.result for one in readings]
    try:
        if received := [one for one in results if isinstance(one, Received)]:
            messages_apply(messages=received, handlers=wiring.handlers)
        if refused := [one for one in results if isinstance(one, Refused)]:
            dead_letters_put(refused=refused)
    except Exception as error:
        if database_gone(error):
            raise
        log.warning("batch.failed", messages=len(readings), error=_line(error))
        return False
    return True


def _alone(letter: Letter, wiring: Wiring) -> Verdict:
    sender = ""
    try:
        opened = letter_open(letter, wiring)
        if isinstance(opened, Refused):
            dead_letters_put(refused=[opened])
        elif opened is not None:
            sender = instance_source(opened.instance) if opened.instance else CENTRALCLOUD
            messages_apply(messages=[opened], handlers=wiring.handlers)
    except Exception as error:
        if database_gone(error):
            raise
        if letter.attempts + 1 < MAX_ATTEMPTS:
            log.warning("message.failed", subject=letter.subject, error=_line(error))
            return Verdict.AGAIN
        log.exception("message.set_aside", subject=letter.subject)
        failed = Refused(letter.tried_again(), Reason.FAILED, _line(error), sender)
        dead_letters_put(refused=[failed])
    return Verdict.DONE


def _line(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
