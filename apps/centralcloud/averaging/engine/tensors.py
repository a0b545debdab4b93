"""What the engine reads weights through, and the blocks that it works in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Block = NDArray[np.float32]
"""A run of one tensor's numbers, in memory order."""
BLOCK = 65_536
"""Numbers at once: a result and one input of this length stay in a core's second cache."""
FLOATS = frozenset({"F64", "F32", "F16", "BF16"})
"""Dtypes that can be averaged; positions and masks cannot."""


class Tensors(Protocol):
    """Named arrays, such as a memory-mapped safetensors file; opening one reads no numbers."""

    def names(self) -> Sequence[str]:
        """All of them, always in the same order."""

    def shape(self, name: str) -> tuple[int, ...]:
        """Of one tensor."""

    def dtype(self, name: str) -> str:
        """As safetensors calls it."""

    def array(self, name: str) -> NDArray[Any]:
        """All numbers of a tensor."""

    def part(self, name: str, start: int, stop: int) -> Block:
        """Those from ``start`` to ``stop`` in memory order; of a view of the file if it can be."""


def spans(shape: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Starts and stops of runs of ``BLOCK`` numbers that cover a tensor."""
    size = prod(shape)
    return ((start, min(start + BLOCK, size)) for start in range(0, size, BLOCK))


def floats_of(tensors: Tensors) -> list[str]:
    """Names of the tensors that can be averaged."""
    return [name for name in tensors.names() if tensors.dtype(name) in FLOATS]


class Difference:
    """What whole weights changed in a base: their numbers less the base's."""

    def __init__(self, weights: Tensors, base: Tensors) -> None:
        self._weights, self._base = weights, base

    def names(self) -> Sequence[str]:
        """Those of the base."""
        return self._base.names()

    def shape(self, name: str) -> tuple[int, ...]:
        """That of the base."""
        return self._base.shape(name)

    def dtype(self, name: str) -> str:
        """Differences are float32; what cannot be averaged stays what it is."""
        dtype = self._base.dtype(name)
        return "F32" if dtype in FLOATS else dtype

    def array(self, name: str) -> NDArray[Any]:
        """All of a tensor's difference."""
        whole: NDArray[Any] = self.part(name, 0, prod(self.shape(name)))
        return whole.reshape(self.shape(name))

    def part(self, name: str, start: int, stop: int) -> Block:
        """A run of it."""
        return self._weights.part(name, start, stop) - self._base.part(name, start, stop)
