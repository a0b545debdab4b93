"""How the numbers of a difference are written: float32, bfloat16, or small integers by block.

Integers: a block of ``BLOCK`` numbers has one step, its largest magnitude divided by the largest
integer (127 or 7), and every number is the nearest multiple of it. Source: Dettmers et al., "8-bit
Optimizers via Block-wise Quantization" (2022), section 2, with linear levels. The step is kept as
bfloat16, rounded up so that the largest number still fits.

``BLOCK`` was chosen by measurement (``benchmarks/artifacts.py``): of a difference from training,
int4 loses .061, .065, .068, .071, .075 of the norm by blocks of 32, 64, 128, 256, 512; error times
two to the bits of a number is least at 128 (1.19, beside 1.38 at 32 and 1.22 at 512).
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from apps.shared.artifacts.engine.numbers import (
    Floats,
    bf16_above,
    bf16_float32,
    bf16_of,
)

BLOCK = 128
"""Numbers with one step."""
_ZERO_OF_INT4 = 8
"""What is added so that four bits hold -7 to 7."""


class Codec(Protocol):
    """``numbers`` and ``steps`` are stored one after the other by those who write files."""

    dtype: str
    """Of the stored numbers."""
    has_steps: bool

    def count(self, numbers: int) -> int:
        """How many stored values so many numbers take."""

    def encode(self, values: Floats) -> tuple[NDArray[Any], NDArray[np.uint16]]:
        """Stored numbers, and the steps of their blocks."""

    def decode(self, stored: NDArray[Any], steps: NDArray[np.uint16], count: int) -> Floats:
        """``count`` numbers, from the beginning of a block on."""


class Plain:
    """Numbers as they are."""

    dtype, has_steps = "F32", False

    def count(self, numbers: int) -> int:
        """One each."""
        return numbers

    def encode(self, values: Floats) -> tuple[NDArray[Any], NDArray[np.uint16]]:
        """The same."""
        return values, _NONE

    def decode(self, stored: NDArray[Any], steps: NDArray[np.uint16], count: int) -> Floats:
        """The same."""
        return stored.astype(np.float32, copy=False)


class Half(Plain):
    """bfloat16."""

    dtype = "BF16"

    def encode(self, values: Floats) -> tuple[NDArray[Any], NDArray[np.uint16]]:
        """Rounded to the nearest."""
        return bf16_of(values), _NONE

    def decode(self, stored: NDArray[Any], steps: NDArray[np.uint16], count: int) -> Floats:
        """As float32."""
        return bf16_float32(stored)


class Int8:
    """One byte, and two for the step of a block."""

    dtype, has_steps, largest = "I8", True, 127

    def count(self, numbers: int) -> int:
        """One each."""
        return numbers

    def encode(self, values: Floats) -> tuple[NDArray[Any], NDArray[np.uint16]]:
        """Multiples of the steps."""
        numbers, steps = _quantised(values, self.largest)
        return numbers[: len(values)], steps

    def decode(self, stored: NDArray[Any], steps: NDArray[np.uint16], count: int) -> Floats:
        """Multiples by their steps."""
        return _multiplied(stored, steps)


class Int4:
    """Half a byte, and two for the step of a block; the first of two numbers is the low half."""

    dtype, has_steps, largest = "U8", True, 7

    def count(self, numbers: int) -> int:
        """One for two."""
        return (numbers + 1) // 2

    def encode(self, values: Floats) -> tuple[NDArray[Any], NDArray[np.uint16]]:
        """Multiples of the steps, two in a byte."""
        numbers, steps = _quantised(values, self.largest)
        halves = (numbers + np.int8(_ZERO_OF_INT4)).view(np.uint8)
        packed = halves[0::2] | (halves[1::2] << 4)
        return packed[: self.count(len(values))], steps

    def decode(self, stored: NDArray[Any], steps: NDArray[np.uint16], count: int) -> Floats:
        """Multiples by their steps."""
        halves = np.empty(2 * len(stored), np.int8)
        halves[0::2] = stored & 15
        halves[1::2] = stored >> 4
        halves -= _ZERO_OF_INT4
        return _multiplied(halves[:count], steps)


_NONE = np.empty(0, np.uint16)
CODECS: dict[str, Codec] = {"fp32": Plain(), "bf16": Half(), "int8": Int8(), "int4": Int4()}


def steps_of(numbers: int) -> int:
    """How many blocks so many numbers have."""
    return -(-numbers // BLOCK)


def _quantised(values: Floats, largest: int) -> tuple[NDArray[np.int8], NDArray[np.uint16]]:
    """Whole blocks of multiples, the last filled up with zeros, and the steps."""
    blocks = _blocks(values)
    magnitudes = np.maximum(blocks.max(axis=1), -blocks.min(axis=1))
    steps = bf16_above(magnitudes / np.float32(largest))
    lengths = bf16_float32(steps)
    lengths[lengths == 0] = 1
    numbers = np.rint(blocks / lengths[:, None]).astype(np.int8)
    return numbers.reshape(-1), steps


def _multiplied(numbers: NDArray[np.int8], steps: NDArray[np.uint16]) -> Floats:
    values = _blocks(numbers.astype(np.float32))
    return (values * bf16_float32(steps)[:, None]).reshape(-1)[: len(numbers)]


def _blocks(values: Floats) -> Floats:
    if missing := -len(values) % BLOCK:
        values = np.concatenate([values, np.zeros(missing, np.float32)])
    return values.reshape(-1, BLOCK)
