"""A message of a stream on its way in: verified and parsed, or refused with the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from apps.shared.contracts.errors import MessageRefused, Reason
from apps.shared.contracts.event import event_decode, payload_of
from apps.shared.contracts.subjects import source_instance
from apps.shared.nats_bridge.received import Received, SenderKeys
from apps.shared.nats_bridge.wiring import Wiring


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as the stream holds it. ``attempts`` counts its deliveries, this one included."""

    subject: str
    headers: Mapping[str, str]
    data: bytes
    stream: str
    sequence: int
    stored_at: datetime
    attempts: int = 1


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

    def keys(self, source: str) -> Sequence[str]:
        try:
            keys = self.senders(source, stored_at=self.stored_at)
        except MessageRefused as error:
            if error.reason != Reason.UNKNOWN_SENDER:
                self.known = source
            raise
        self.known = source
        return keys


def letter_open(letter: Letter, wiring: Wiring) -> Received[Any] | Refused | None:
    """Verify the signature and parse the data; None where nobody here handles its subject."""
    claimed = _Claimed(wiring.senders, letter.stored_at)
    try:
        event = event_decode(
            subject=letter.subject,
            headers=letter.headers,
            data=letter.data,
            keys_of=claimed.keys,
        )
        if event.message.subject not in wiring.handlers:
            return None
        payload = payload_of(event)
    except MessageRefused as error:
        return Refused(letter, error.reason, error.detail, claimed.known)
    return Received(
        event_id=event.id,
        subject=event.subject,
        instance=source_instance(event.source),
        payload=payload,
        told_at=event.time,
        stored_at=letter.stored_at,
        size=len(event.data),
    )
