"""As many payloads as fit into a message: the best first, so that the others can be left out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from apps.shared.contracts.payloads.base import Payload

MESSAGE_BYTES = 450 * 1024
"""Of JSON in a message or an answer at most; the best that fit are told, the others not."""
P = TypeVar("P", bound=Payload)


def fitting(payloads: Iterable[P], size: int) -> tuple[P, ...]:
    """The first ones whose JSON together takes at most ``size`` bytes."""
    kept = []
    for payload in payloads:
        size -= json_bytes(payload)
        if size < 0:
            break
        kept.append(payload)
    return tuple(kept)


def json_bytes(payload: Payload) -> int:
    """How long it is on the wire, with the comma after it."""
    return len(payload.model_dump_json(exclude_defaults=True).encode()) + 1
