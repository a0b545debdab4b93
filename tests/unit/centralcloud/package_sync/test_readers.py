"""Threads that read registries leave none behind, however they are given up."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from typing import Any, cast

import pytest

from apps.centralcloud.package_sync.engine.registry import Registry
from apps.centralcloud.package_sync.services.syncing.asking import Asked
from apps.centralcloud.package_sync.services.syncing.reading import (
    THREADS,
    Gate,
    Readers,
    Reading,
)


class Slow:
    """A registry that says who reads it now, and who has read it."""

    def __init__(self) -> None:
        self.began: list[str] = []
        self.ended: list[str] = []

    def package(self, name: str, **_: Any) -> None:
        """Nothing has changed, and it takes a while to know."""
        self.began.append(name)
        time.sleep(0.2)
        self.ended.append(name)


def asked(ids: Sequence[int]) -> list[Asked]:
    return [Asked(pk, f"pkg:hex/p{pk}", "hex", f"p{pk}", "", (), None) for pk in ids]


def _give_up(readings: Iterator[list[Reading]]) -> None:
    next(readings)
    raise KeyboardInterrupt


def test_an_interrupt_waits_for_what_is_under_way_and_begins_nothing_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    registry = Slow()
    start = threading.Thread.start

    def start_and_interrupt(thread: threading.Thread) -> None:
        start(thread)
        if "read hex" in thread.name:
            while not registry.began:
                time.sleep(0.001)
            raise KeyboardInterrupt

    monkeypatch.setattr(threading.Thread, "start", start_and_interrupt)
    readers = Readers({"hex": cast("Registry", registry)})
    with pytest.raises(KeyboardInterrupt), readers:
        list(readers.read([(pk, "hex") for pk in range(10)], ask=asked))
    assert registry.began == registry.ended == ["p0"]


def test_who_gives_up_waits_for_what_is_under_way() -> None:
    registry = Slow()
    readers = Readers({"hex": cast("Registry", registry)})
    wave = [(pk, "hex") for pk in range(40)]
    with pytest.raises(KeyboardInterrupt), readers:
        _give_up(readers.read(wave, ask=asked))
    assert sorted(registry.began) == sorted(registry.ended)
    assert THREADS <= len(registry.began) < len(wave)


def test_a_gate_that_is_shut_lets_nobody_in() -> None:
    gate = Gate()
    gate.shut()
    with pytest.raises(CancelledError), gate:
        pytest.fail("in")
