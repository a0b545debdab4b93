"""Hashes of 64 bits over arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]

_FIRST = np.uint64(0xFF51AFD7ED558CCD)
_SECOND = np.uint64(0xC4CEB9FE1A85EC53)
_SHIFT = np.uint64(33)


def mix(values: Words) -> Words:
    """Spread each value over all bits: the finaliser of MurmurHash3 (Appleby 2011)."""
    values = (values ^ (values >> _SHIFT)) * _FIRST
    values = (values ^ (values >> _SHIFT)) * _SECOND
    spread: Words = values ^ (values >> _SHIFT)
    return spread


def powers(base: int, count: int) -> Words:
    """The first ``count`` powers of a base modulo 2**64."""
    factors = np.full(count, base, dtype=np.uint64)
    factors[:1] = 1
    return np.cumprod(factors, dtype=np.uint64)
