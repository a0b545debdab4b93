"""Hashes of 64 bits over arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]

_FIRST = np.uint64(0xFF51AFD7ED558CCD)
_SECOND = np.uint64(0xC4CEB9FE1A85EC53)
_SHIFT = np.uint64(33)
_SLICE = 1 << 15  # words that stay in the processor's cache from one step to the next


def mix(values: Words) -> Words:
    """Spread each value over all bits: the finaliser of MurmurHash3 (Appleby 2011)."""
    spread: Words = values.copy()
    flat = spread.reshape(-1)
    for at in range(0, len(flat), _SLICE):
        part = flat[at : at + _SLICE]
        part ^= part >> _SHIFT
        part *= _FIRST
        part ^= part >> _SHIFT
        part *= _SECOND
        part ^= part >> _SHIFT
    return spread


def powers(base: int, count: int) -> Words:
    """The first ``count`` powers of a base modulo 2**64."""
    factors = np.full(count, base, dtype=np.uint64)
    factors[:1] = 1
    return np.cumprod(factors, dtype=np.uint64)
