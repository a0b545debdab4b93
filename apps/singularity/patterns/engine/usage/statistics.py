"""How far counts lie from chance."""

from __future__ import annotations

import math

SIGNIFICANCE = 0.05
"""Accepted probability that any of the tests of one run is passed by chance (Bonferroni)."""


def log_likelihood_ratio(hits: int, trials: int, expected: float) -> float:
    """Dunning's G for ``hits`` in ``trials`` where each hits with probability ``expected``.

    Zero where there are no more hits than expected: only what occurs together more often than by
    chance is of interest. Source: Dunning 1993, "Accurate methods for the statistics of surprise
    and coincidence", section 4.
    """
    share = hits / trials
    if share <= expected:
        return 0.0
    g = hits * math.log(share / expected)
    if hits < trials:
        g += (trials - hits) * math.log((1 - share) / (1 - expected))
    return 2 * g


def fisher_log_p(both: int, first: int, second: int, total: int) -> float:
    """Natural logarithm of the probability that ``both`` or more co-occur by chance.

    Of ``total`` functions ``first`` have one thing and ``second`` another: the upper tail of the
    hypergeometric distribution (Fisher's exact test, one-sided).
    """
    most = min(first, second)
    largest = _log_hypergeometric(both, first, second, total)
    tail, term = 1.0, 1.0
    for count in range(both, most):
        rest = (total - first - second) + count + 1
        term *= (first - count) * (second - count) / ((count + 1) * rest) if rest > 0 else 0.0
        tail += term
        if term < 1e-12 * tail:
            break
    return min(0.0, largest + math.log(tail))


def _log_hypergeometric(both: int, first: int, second: int, total: int) -> float:
    return (
        _log_choose(first, both)
        + _log_choose(total - first, second - both)
        - _log_choose(total, second)
    )


def binomial_log_p(hits: int, trials: int) -> float:
    """Natural logarithm of the probability of ``hits`` or more heads in throws of a fair coin."""
    largest = _log_choose(trials, hits) - trials * math.log(2)
    tail, term = 1.0, 1.0
    for count in range(hits, trials):
        term *= (trials - count) / (count + 1)
        tail += term
        if term < 1e-12 * tail:
            break
    return min(0.0, largest + math.log(tail))


def _log_choose(among: int, chosen: int) -> float:
    if not 0 <= chosen <= among:
        return -math.inf
    return math.lgamma(among + 1) - math.lgamma(chosen + 1) - math.lgamma(among - chosen + 1)
