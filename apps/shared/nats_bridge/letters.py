"""A message of a stream on its way in: verified and parsed, or refused with the reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from apps.shared.contracts.errors import MessageRefused, Reason
from apps.shared.contracts.event import Event, event_decode, payload_of
from apps.shared.contracts.subjects import message_of, source_instance
from apps.shared.nats_bridge.received import Received, SenderKeys
from apps.shared.nats_bridge.wiring import Wiring


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as the stream holds it. ``attempts`` to apply it have failed here."""

    subject: str
    headers: Mapping[str, str]
    data: bytes
    stream: str
    sequence: int
    stored_at: datetime
    attempts: int = 0

    def tried_again(self) -> Letter:
        """The same after one more attempt."""
        return replace(self, attempts=self.attempts + 1)


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a letter must not be applied. ``sender`` is empty unless the claimed one is known."""

    letter: Letter
    reason: Reason
    detail: str
    sender: str = ""


@dataclass(slots=True)
class _Claimed:
    """Looks up a sender's keys and remembers that it is known."""

    senders: SenderKeys
    stored_at: datetime
    known: str = field(default="")

    def keys(self, source: str) -> Iterable[str]:
        try:
            keys = self.senders(source, stored_at=self.stored_at)
        except MessageRefused as error:
            if error.reason != Reason.UNKNOWN_SENDER:
                self.known = source
            raise
        self.known = source
        return keys


def letter_verify(letter: Letter, wiring: Wiring) -> Event | Refused:
    """Who says what, proved by the signature."""
    claimed = _Claimed(wiring.senders, letter.stored_at)
    try:
        return event_decode(
            subject=letter.subject,
            headers=letter.headers,
            data=letter.data,
            keys_of=claimed.keys,
        )
    except MessageRefused as error:
        return Refused(letter, error.reason, error.detail, claimed.known)


def letter_parse(letter: Letter, event: Event, wiring: Wiring) -> Received[Any] | Refused | None:
    """What a verified event says; None where nobody here handles its subject."""
    if subject_of(event.subject) not in wiring.handlers:
        return None
    try:
        payload = payload_of(event)
    except MessageRefused as error:
        return Refused(letter, error.reason, error.detail, event.source)
    return Received(
        event_id=event.id,
        subject=event.subject,
        instance=source_instance(event.source),
        payload=payload,
        told_at=event.time,
        stored_at=letter.stored_at,
        size=len(event.data),
    )


def letter_open(letter: Letter, wiring: Wiring) -> Received[Any] | Refused | None:
    """Verify and parse."""
    event = letter_verify(letter, wiring)
    return event if isinstance(event, Refused) else letter_parse(letter, event, wiring)


def subject_of(subject: str) -> str:
    """The subject without its audience, as the wiring has it."""
    message = message_of(subject)
    return message.subject if message else subject
