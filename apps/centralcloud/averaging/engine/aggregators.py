"""How the submissions' numbers at one place become one: each a pure function of a block.

All take the same block of every submission, as ``(k, n)`` in a sequence of k rows, the shares of
the submissions in the aggregate (they add up to 1), the factors that their differences are scaled
by (1 for none), and write n numbers into ``out``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from apps.centralcloud.averaging.engine.ordering import columns_sort
from apps.centralcloud.averaging.engine.tensors import Block

Aggregator = Callable[[Sequence[Block], Sequence[float], Sequence[float], Block], None]
TRIMMED = 0.2
"""Share of the submissions that a trimmed mean leaves out at each end."""
CACHED = 8_192
"""Numbers of each submission that are put in order at once: all of them stay in the cache."""


def weighted_mean(
    blocks: Sequence[Block], shares: Sequence[float], factors: Sequence[float], out: Block
) -> None:
    """Federated averaging (McMahan et al. 2017, algorithm 1).

    Each input is read once; the sum and one product stay in the cache.
    """
    scaled = np.multiply(shares, factors, dtype=np.float32)
    np.multiply(blocks[0], scaled[0], out=out)
    product = np.empty_like(out)
    for block, scale in zip(blocks[1:], scaled[1:], strict=True):
        np.multiply(block, scale, out=product)
        np.add(out, product, out=out)


def coordinate_median(
    blocks: Sequence[Block], shares: Sequence[float], factors: Sequence[float], out: Block
) -> None:
    """The median at each place, whatever the shares (Yin et al. 2018, definition 1)."""
    middle = (len(blocks) - 1) // 2
    _mean_between(blocks, factors, middle, len(blocks) - middle, out)


def trimmed_mean(
    blocks: Sequence[Block],
    shares: Sequence[float],
    factors: Sequence[float],
    out: Block,
    *,
    trimmed: float = TRIMMED,
) -> None:
    """The mean at each place without its least and greatest (Yin et al. 2018, definition 2).

    Args:
        trimmed: how much of the submissions to leave out at each end, below .5; rounded down.
    """
    cut = int(trimmed * len(blocks))
    _mean_between(blocks, factors, cut, len(blocks) - cut, out)


def aggregator_of(name: str, *, trimmed: float = TRIMMED) -> Aggregator:
    """The aggregator of a name.

    Raises:
        ValueError: there is none, or it would leave out everything.
    """
    if not 0 <= trimmed < 0.5:
        raise ValueError(f"a trimmed mean leaves out less than half at each end, not {trimmed}")
    found: dict[str, Aggregator] = {
        "weighted_mean": weighted_mean,
        "nesterov": weighted_mean,
        "coordinate_median": coordinate_median,
        "trimmed_mean": partial(trimmed_mean, trimmed=trimmed),
    }
    if name not in found:
        raise ValueError(f"there is no aggregator {name!r}: {', '.join(found)}")
    return found[name]


def _mean_between(
    blocks: Sequence[Block], factors: Sequence[float], low: int, high: int, out: Block
) -> None:
    """At each place the mean of the ordered values ``low`` to ``high``."""
    for start in range(0, out.size, CACHED):
        part = slice(start, start + CACHED)
        rows = [block[part] * np.float32(by) for block, by in zip(blocks, factors, strict=True)]
        np.mean(columns_sort(rows)[low:high], axis=0, out=out[part])
