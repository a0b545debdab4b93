"""Hashes of pieces of source text, without white space, for all nodes of a file at once."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

_BASE = 0x9E3779B97F4A7C15  # odd, so that it has an inverse modulo 2**64
_INVERSE = pow(_BASE, -1, 1 << 64)
_FINAL = np.uint64(0xFF51AFD7ED558CCD)
_SHIFT = np.uint64(32)
_PIECE = 1 << 16  # bytes worked on together, and the length of a table of powers
_SPACE = b" \t\r\n\f\v\\"  # a backslash continues a line

Words = NDArray[np.uint64]
Offsets = NDArray[np.int64]


def _byte_values() -> Words:
    values = np.random.default_rng(20).integers(1, 1 << 64, 256, dtype=np.uint64)
    values[np.frombuffer(_SPACE, dtype=np.uint8)] = 0
    return values


_VALUES = _byte_values()


def span_hashes(source: bytes, start: Offsets, end: Offsets) -> Words:
    """The hash of the text between each start and end (byte offsets), white space left out.

    A polynomial over the bytes modulo 2**64 (Karp & Rabin 1987), as differences of prefix sums;
    each byte stands for a random word, so that short texts spread over all bits. Takes 12 bytes
    for each byte of the source.
    """
    text = np.frombuffer(source, dtype=np.uint8)
    rank = np.zeros(len(text) + 1, dtype=np.uint32)
    sums = np.zeros(len(text) + 1, dtype=np.uint64)
    for at in range(0, len(text), _PIECE):
        values = _VALUES[text[at : at + _PIECE]]
        piece = slice(at + 1, at + 1 + len(values))
        np.cumsum(values != 0, out=rank[piece])
        rank[piece] += rank[at]
        np.cumsum(values * _power(_BASE, rank[at : at + len(values)]), out=sums[piece])
        sums[piece] += sums[at]
    hashes = (sums[end] - sums[start]) * _power(_INVERSE, rank[start])
    spread: Words = (hashes ^ (hashes >> _SHIFT)) * _FINAL
    return spread


def _power(base: int, exponents: NDArray[np.uint32]) -> Words:
    """The powers of a base, each out of two tables."""
    low = _powers(base)
    if len(exponents) and exponents.max() >= _PIECE:
        high = _powers(pow(base, _PIECE, 1 << 64))
        both: Words = low[exponents & (_PIECE - 1)] * high[exponents // _PIECE]
        return both
    return low[exponents]


@cache
def _powers(base: int) -> Words:
    factors = np.full(_PIECE, base, dtype=np.uint64)
    factors[0] = 1
    return np.cumprod(factors, dtype=np.uint64)
