"""Keeps the mapped part of many files small."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from numpy.typing import NDArray

from apps.centralcloud.averaging.engine.tensors import Block, Tensors

NUMBER_BYTES = 4
LEAST = 1024 * 1024
"""Bytes: mapping a file costs as much as reading some of it."""


class Windowed:
    """Tensors whose file is mapped anew after every ``window`` bytes.

    Pages that were read stay in a process as long as the file is mapped: with a window of
    ``size / k``, all k files of a round together take as much as one model.
    """

    def __init__(self, open_file: Callable[[], Tensors], window: int) -> None:
        self._open, self._window = open_file, max(window, LEAST)
        self._tensors, self._read = open_file(), 0

    def names(self) -> Sequence[str]:
        """Those of the file."""
        return self._tensors.names()

    def shape(self, name: str) -> tuple[int, ...]:
        """That of the file."""
        return self._tensors.shape(name)

    def dtype(self, name: str) -> str:
        """That of the file."""
        return self._tensors.dtype(name)

    def array(self, name: str) -> NDArray[Any]:
        """All of a tensor."""
        return self._tensors.array(name)

    def part(self, name: str, start: int, stop: int) -> Block:
        """A run of a tensor."""
        self._read += (stop - start) * NUMBER_BYTES
        if self._read > self._window:
            self._tensors, self._read = self._open(), 0  # the former mapping goes with its arrays
        return self._tensors.part(name, start, stop)
