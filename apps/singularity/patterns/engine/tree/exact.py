"""Hashes of pieces of source text, without white space, for all nodes of a file at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_BASE = 0x9E3779B97F4A7C15  # odd, so that it has an inverse modulo 2**64
_INVERSE = pow(_BASE, -1, 1 << 64)
_FINAL = np.uint64(0xFF51AFD7ED558CCD)
_SHIFT = np.uint64(32)
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
    each byte stands for a random word, so that short texts spread over all bits.
    """
    text = np.frombuffer(source, dtype=np.uint8)
    values = _VALUES[text]
    rank = np.zeros(len(text) + 1, dtype=np.uint32)
    np.cumsum(values != 0, out=rank[1:])
    sums = np.zeros(len(text) + 1, dtype=np.uint64)
    powers = _powers(_BASE, len(text) + 1)
    np.cumsum(values * powers[rank[:-1]], out=sums[1:])
    back = _powers(_INVERSE, len(text) + 1)
    hashes: Words = (sums[end] - sums[start]) * back[rank[start]]
    return (hashes ^ (hashes >> _SHIFT)) * _FINAL


_CACHE: dict[int, Words] = {}


def _powers(base: int, count: int) -> Words:
    """The first powers of a base; kept up to the length of usual files."""
    kept = _CACHE.get(base)
    if kept is None:
        kept = _CACHE[base] = _computed(base, 1 << 16)
    return kept[:count] if count <= len(kept) else _computed(base, count)


def _computed(base: int, count: int) -> Words:
    factors = np.full(count, base, dtype=np.uint64)
    factors[0] = 1
    return np.cumprod(factors, dtype=np.uint64)
