"""SIGTERM and SIGINT: at once where nothing is at stake, after the step where weights are.

The handler raises ``Stopped`` wherever the process is, except inside ``held``: there it only
notes that the end was asked for, and the holder ends when its weights are whole.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType


class Stopped(BaseException):
    """The end was asked for. Not an Exception, so that nothing takes it for a failure."""


@dataclass(slots=True)
class _Asked:
    depth: int = 0
    asked: bool = False


_state = _Asked()


def stopping_install() -> None:
    """Hear SIGTERM and SIGINT from now on."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _heard)


def _heard(number: int, frame: FrameType | None) -> None:
    again, _state.asked = _state.asked, True
    if not _state.depth and not again:
        raise Stopped


@contextmanager
def held() -> Iterator[None]:
    """Put the end off until ``stop_asked`` is looked at."""
    _state.depth += 1
    try:
        yield
    finally:
        _state.depth -= 1


def stop_asked() -> bool:
    """Whether the end was asked for."""
    return _state.asked
