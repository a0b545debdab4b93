"""What fetching cost: requests and bytes, counted where they happen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True)
class Count:
    """Requests sent, bytes received over the wire, documents that were unchanged."""

    requests: int = 0
    received: int = 0
    unchanged: int = 0


_COUNTS: ContextVar[tuple[Count, ...]] = ContextVar("counts", default=())


@contextmanager
def counted() -> Iterator[Count]:
    """Count what is fetched inside, by this thread."""
    count = Count()
    token = _COUNTS.set((*_COUNTS.get(), count))
    try:
        yield count
    finally:
        _COUNTS.reset(token)


def request_sent() -> None:
    """One request went out."""
    for count in _COUNTS.get():
        count.requests += 1


def bytes_received(number: int) -> None:
    """So many bytes came in."""
    for count in _COUNTS.get():
        count.received += number


def document_unchanged() -> None:
    """A document is the one that was kept."""
    for count in _COUNTS.get():
        count.unchanged += 1
