"""Pairs of similar sketches without comparing all with all: locality-sensitive hashing.

A sketch is cut into ``BANDS`` bands of ``ROWS`` values; two sketches are compared if a band of
both is equal (Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", section 3.4). With 16
bands of 4, similarities of .8 meet with a probability of .9998, of .5 with .64, of .2 with .03.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from apps.singularity.patterns.engine.clones.sketch import BINS, Sketches, similarity

BANDS = 16
ROWS = BINS // BANDS
THRESHOLD = 0.8
"""Least estimated similarity of near clones."""

COMPARED = 8
"""Sketches of one band that each is compared with: the work stays linear in their number."""

Pairs = NDArray[np.int64]


def similar_pairs(sketches: Sketches, sizes: NDArray[np.int64]) -> Pairs:
    """Index pairs (low, high) with an estimated similarity of at least ``THRESHOLD``, sorted.

    Shape (pairs, 2). The sizes must be as similar: of two functions that repeat the same
    statement ten and fifty times the sets of shingles are equal. In a band that more than
    ``COMPARED`` sketches share, each is compared with the first of them and with those just
    before it.
    """
    candidates = [keys for band in range(BANDS) for keys in _candidates(sketches, band)]
    if not candidates:
        return np.empty((0, 2), dtype=np.int64)
    keys = np.sort(np.concatenate(candidates))
    keys = keys[np.diff(keys, prepend=-1) > 0]
    pairs = np.stack(np.divmod(keys, len(sketches)), axis=1)
    alike = similarity(sketches[pairs[:, 0]], sketches[pairs[:, 1]]) >= THRESHOLD
    of_size = sizes[pairs].min(axis=1) >= THRESHOLD * sizes[pairs].max(axis=1)
    kept: Pairs = pairs[alike & of_size]
    return kept


def _candidates(sketches: Sketches, band: int) -> Iterator[NDArray[np.int64]]:
    """Pairs that agree in one band: with the first of their bucket, and with those nearby.

    Each as one number, low times the number of sketches plus high.
    """
    rows = np.ascontiguousarray(sketches[:, band * ROWS : (band + 1) * ROWS])
    keys = rows.view(np.uint64).ravel()
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=ordered[:1] ^ np.uint64(1)))
    first = np.repeat(starts, np.diff(starts, append=len(ordered)))
    for step in range(1, COMPARED):
        later = np.flatnonzero(np.arange(len(ordered)) - first >= step)
        if not len(later):
            return
        yield order[later - step] * len(sketches) + order[later]
    yield order[first[later]] * len(sketches) + order[later]
