"""What handlers get, and what a site's wiring says of its messages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from apps.shared.contracts.payloads.base import Payload

P = TypeVar("P", bound=Payload)


@dataclass(frozen=True, slots=True)
class Received(Generic[P]):
    """A message that was verified and parsed.

    ``instance`` is the sender, empty for Centralcloud. ``told_at`` is by the sender's clock,
    ``stored_at`` by the stream's. ``size`` is in bytes of data.
    """

    event_id: str
    subject: str
    instance: str
    payload: P
    told_at: datetime
    stored_at: datetime
    size: int


Handler = Callable[[Sequence[Received[P]]], None]
"""Applies messages of one subject, inside the transaction that records that they came.

It gets each message at least once, in any order, possibly again after a replay. An error that it
raises has all of them tried again, each alone.
"""
SenderKeys = Callable[..., Iterable[str]]
"""``(source: str, *, stored_at: datetime) -> public keys``; raises MessageRefused."""
Question = Callable[..., Payload]
"""``(query: Payload, *, instance: str) -> answer``, for a question of a verified instance."""
Beat = Callable[[], Payload | None]
"""The heartbeat to send now, if any."""
Audiences = Callable[[], Iterable[str]]
"""Instances that listen: each gets a durable consumer."""
Preparation = Callable[[], object]
"""Looks through the outbox before a bridge sends anything from it over a new connection."""
