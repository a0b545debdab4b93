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
_IS_TEXT = bytes(byte not in _SPACE for byte in range(256))

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
    rank = np.zeros(len(source) + 1, dtype=np.uint32)
    is_text = np.frombuffer(source.translate(_IS_TEXT), dtype=np.uint8)
    np.cumsum(is_text, dtype=np.uint32, out=rank[1:])
    first, last = rank.take(start), rank.take(end)
    sums = _prefix_sums(source.translate(None, _SPACE))
    hashes = (sums.take(last) - sums.take(first)) * _power(_INVERSE, first)
    spread: Words = (hashes ^ (hashes >> _SHIFT)) * _FINAL
    return spread


def _prefix_sums(text: bytes) -> Words:
    """Of the words that bytes stand for, each times the power of its place."""
    codes = np.frombuffer(text, dtype=np.uint8)
    sums = np.zeros(len(text) + 1, dtype=np.uint64)
    powers, step, high = _powers(_BASE), pow(_BASE, _PIECE, 1 << 64), 1
    for at in range(0, len(text), _PIECE):
        piece = codes[at : at + _PIECE]
        words = _VALUES.take(piece) * powers[: len(piece)]
        if at:
            high = high * step % (1 << 64)
            words *= np.uint64(high)
            words[:1] += sums[at : at + 1]
        np.cumsum(words, out=sums[at + 1 : at + 1 + len(piece)])
    return sums


def _power(base: int, exponents: NDArray[np.uint32]) -> Words:
    """The powers of a base, each out of two tables."""
    low = _powers(base)
    if len(exponents) and exponents.max() >= _PIECE:
        high = _powers(pow(base, _PIECE, 1 << 64))
        both: Words = low[exponents & (_PIECE - 1)] * high[exponents // _PIECE]
        return both
    return low.take(exponents)


@cache
def _powers(base: int) -> Words:
    factors = np.full(_PIECE, base, dtype=np.uint64)
    factors[0] = 1
    return np.cumprod(factors, dtype=np.uint64)
