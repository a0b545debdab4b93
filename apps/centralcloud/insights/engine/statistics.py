"""The tests behind every insight, over whole arrays at once.

Sources: Wilson 1927, "Probable inference" (bounds of a share); Fisher 1935 (the hypergeometric
tail of a fourfold table); Benjamini and Hochberg 1995 (false discovery rate); Gilbert 2005, "A
modified false discovery rate procedure for discrete data", after Tarone 1990 (leave out of the
count what could never be significant).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Z = 1.959963984540054
"""The normal quantile of a two-sided 95 % interval."""


def wilson_lower(having: ArrayLike, of: ArrayLike) -> Any:
    """The lower bound of a share at 95 %; 0 where nothing was counted."""
    return np.clip(_centre(having, of) - _half(having, of), 0.0, 1.0)


def wilson_upper(having: ArrayLike, of: ArrayLike) -> Any:
    """The upper bound of a share at 95 %; 1 where nothing was counted."""
    return np.clip(_centre(having, of) + _half(having, of), 0.0, 1.0)


def _centre(having: ArrayLike, of: ArrayLike) -> Floats:
    k, n = np.asarray(having, dtype=float), np.asarray(of, dtype=float)
    centre: Floats = (k + Z * Z / 2) / (n + Z * Z)
    return centre


def _half(having: ArrayLike, of: ArrayLike) -> Floats:
    k, n = np.asarray(having, dtype=float), np.asarray(of, dtype=float)
    variance = k * (n - k) / np.maximum(n, 1) + Z * Z / 4
    half: Floats = Z * np.sqrt(np.maximum(variance, 0)) / (n + Z * Z)
    return half


def log_factorials(largest: int) -> Floats:
    """``log(i!)`` for i from 0 to ``largest``."""
    return np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, largest + 1)))])


def hypergeometric_log_tail(
    k: NDArray[Any], n: NDArray[Any], big_k: NDArray[Any], big_n: int, table: Floats
) -> Floats:
    """``log P(X >= k)``: of ``big_n`` instances ``big_k`` have a fact, ``n`` are drawn.

    An upper bound, and a tight one far out: the first term over 1 minus the ratio of the next
    one, since the ratios fall. ``table`` holds ``log_factorials(big_n)``.
    """
    rest = big_n - big_k - n + k
    first = (
        _log_choose(table, big_k, k)
        + _log_choose(table, big_n - big_k, n - k)
        - _log_choose(table, np.asarray(big_n), n)
    )
    ratio = (big_k - k) * (n - k) / ((k + 1.0) * (rest + 1.0))
    return np.where(ratio < 1, first - np.log1p(-np.minimum(ratio, 1 - 1e-12)), 0.0)


def _log_choose(table: Floats, n: NDArray[Any], k: NDArray[Any]) -> Floats:
    ways: Floats = table[n] - table[k] - table[n - k]
    return ways


def binomial_log_lower_tail(
    k: NDArray[Any], n: NDArray[Any], share: Floats, table: Floats
) -> Floats:
    """``log P(X <= k)`` of ``n`` draws with this share (above 0, below 1); a bound, as above."""
    first = _log_choose(table, n, k) + k * np.log(share) + (n - k) * np.log1p(-share)
    ratio = k * (1 - share) / ((n - k + 1.0) * share)
    return np.where(ratio < 1, first - np.log1p(-np.minimum(ratio, 1 - 1e-12)), 0.0)


def log_threshold(log_p: Floats, tests: int, rate: float) -> float:
    """Up to which ``log p`` results are told, for a false discovery rate of at most ``rate``.

    ``log_p`` may leave out large values; ``tests`` counts them all. Minus infinity for none.
    """
    ordered = np.sort(log_p)
    allowed = np.log(rate) + np.log(np.arange(1, len(ordered) + 1)) - np.log(max(tests, 1))
    passing = np.flatnonzero(ordered <= allowed)
    return float(ordered[passing[-1]]) if len(passing) else float("-inf")


class Attainable:
    """How small each test's p-value could get at best, as a histogram of logarithms."""

    STEP = 0.05
    BINS = 20_000  # down to e^-1000

    def __init__(self) -> None:
        self.counts = np.zeros(self.BINS, dtype=np.int64)

    def add(self, log_p: Floats) -> None:
        """Count tests by the least logarithm of a p-value that their margins allow."""
        places = np.clip((-log_p / self.STEP).astype(np.int64), 0, self.BINS - 1)
        self.counts += np.bincount(places, minlength=self.BINS)

    def worthwhile(self, rate: float) -> tuple[int, float]:
        """How many tests can be significant at all, and what a test must be able to attain.

        The least m such that no more than m tests can attain ``rate / m`` (Tarone).
        """
        reaching = np.cumsum(self.counts[::-1])[::-1]
        bounds = np.log(rate) + np.arange(self.BINS) * self.STEP  # log m where the bin is rate / m
        fits = np.flatnonzero(np.log(np.maximum(reaching, 1)) <= np.maximum(bounds, 0))
        place = int(fits[0]) if len(fits) else self.BINS - 1
        return int(reaching[place]), -place * self.STEP
