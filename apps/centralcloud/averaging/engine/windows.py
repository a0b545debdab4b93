"""Keeps the mapped part of many files small."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from numpy.typing import NDArray

from apps.centralcloud.averaging.engine.tensors import Block, Tensors

NUMBER_BYTES = 4
LEAST = 256 * 1024
"""Bytes: one block, so that forgetting costs little beside reading."""


class Mapped(Tensors, Protocol):
    """Tensors of a memory-mapped file."""

    def forget(self) -> None:
        """Give back the memory of what was read; what is used again is read again."""


class Windowed:
    """Tensors whose file is forgotten after every ``window`` bytes that were read.

    Pages that were read stay in a process as long as the file is mapped: with a window of
    ``size / k``, all k files of a round together take as much as one model, or what the kernel
    maps at once: up to 4 MiB of each, which it takes back when memory is short.
    """

    def __init__(self, mapped: Mapped, window: int) -> None:
        self._mapped, self._window, self._read = mapped, max(window, LEAST), 0

    def names(self) -> Sequence[str]:
        """Those of the file."""
        return self._mapped.names()

    def shape(self, name: str) -> tuple[int, ...]:
        """That of the file."""
        return self._mapped.shape(name)

    def dtype(self, name: str) -> str:
        """That of the file."""
        return self._mapped.dtype(name)

    def array(self, name: str) -> NDArray[Any]:
        """All of a tensor."""
        return self._mapped.array(name)

    def part(self, name: str, start: int, stop: int) -> Block:
        """A run of a tensor."""
        self._read += (stop - start) * NUMBER_BYTES
        if self._read > self._window:
            self._mapped.forget()
            self._read = 0
        return self._mapped.part(name, start, stop)
