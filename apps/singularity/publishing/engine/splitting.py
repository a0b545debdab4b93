"""Cut a list of facts into messages that fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from apps.shared.contracts.payloads.base import Payload

F = TypeVar("F", bound=Payload)
LARGEST_DATA = 450 * 1024
"""Bytes of JSON in one message: the rest of its 512 KiB is for headers."""
_AROUND = 400
"""Bytes of the fields around the lists."""
_BETWEEN = len('"",')


@dataclass(frozen=True, slots=True)
class Part(Generic[F]):
    """What one message tells: facts, and keys of those that hold no more."""

    facts: tuple[F, ...]
    withdrawn: tuple[str, ...]


def split(
    facts: Iterable[F], withdrawn: Iterable[str], *, facts_limit: int, withdrawn_limit: int
) -> Iterator[Part[F]]:
    """The parts, in order, withdrawals last; none for nothing.

    Args:
        facts_limit: facts in one message.
        withdrawn_limit: keys in one message.
    """
    packed: list[F] = []
    size = _AROUND
    for fact in facts:
        more = len(fact.__pydantic_serializer__.to_json(fact, exclude_defaults=True)) + 1
        if packed and (size + more > LARGEST_DATA or len(packed) == facts_limit):
            yield Part(tuple(packed), ())
            packed, size = [], _AROUND
        packed.append(fact)
        size += more
    gone: list[str] = []
    for key in withdrawn:
        more = len(key.encode()) + _BETWEEN
        if (packed or gone) and (size + more > LARGEST_DATA or len(gone) == withdrawn_limit):
            yield Part(tuple(packed), tuple(gone))
            packed, gone, size = [], [], _AROUND
        gone.append(key)
        size += more
    if packed or gone:
        yield Part(tuple(packed), tuple(gone))
