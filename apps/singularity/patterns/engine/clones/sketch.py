"""MinHash sketches: how alike two sets of shingles are, told by a few bytes of each.

One permutation hashing (Li, Owen and Zhang 2012): each shingle is hashed once and falls into one
of ``BINS`` bins, which keeps its least hash; empty bins borrow from the next one that is not, with
the distance mixed in (Shrivastava and Li 2014). Two sets then agree in a bin with a probability
of their Jaccard similarity (Broder 1997). 16 bits of each value are kept (Li and Koenig 2010), so
that unlike values agree by chance once in 65,536.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from apps.singularity.patterns.engine.clones.hashing import GOLDEN, Words, mix

BINS = 64
SHINGLE = 6
"""Nodes in a shingle."""

_BIN_BITS = 6
_VALUE_BITS = 34

Sketches = NDArray[np.uint16]
"""Shape (sets, ``BINS``)."""


def shingles(label: Words, back: NDArray[np.int64]) -> Words:
    """A hash for each run of ``SHINGLE`` nodes; shape (nodes - SHINGLE + 1,).

    A name in it counts by where in the same run it stood before, not by what it is, so that a
    run's hash outlives renaming and whatever stands around it.
    """
    count = max(0, len(label) - SHINGLE + 1)
    hashes = label[:count].copy()
    for offset in range(1, SHINGLE):
        hashes *= GOLDEN
        hashes += label[offset : offset + count]
    again = np.flatnonzero((back > 0) & (back < SHINGLE))
    offsets = np.arange(1, SHINGLE)
    starts = again[:, None] - offsets
    inside = (back[again][:, None] <= offsets) & (starts >= 0) & (starts < count)
    marks = (back[again] * SHINGLE)[:, None] + offsets
    np.add.at(hashes, starts[inside], mix(marks[inside].astype(np.uint64)))
    return mix(hashes)


def sketches(hashes: Words, owner: NDArray[np.int64], owners: int) -> Sketches:
    """The sketch of each owner's set of hashes; every owner needs at least one hash.

    ``owner`` is the number, below ``owners``, of the set that each hash belongs to.
    """
    keys = np.sort(owner.astype(np.uint64) << np.uint64(_BIN_BITS + _VALUE_BITS) | hashes >> 24)
    cells = keys >> np.uint64(_VALUE_BITS)
    least = np.append(0, np.flatnonzero(cells[1:] != cells[:-1]) + 1)
    values = np.zeros(owners * BINS, dtype=np.uint64)
    filled = np.zeros(owners * BINS, dtype=np.bool_)
    at = cells[least].astype(np.int64)
    values[at] = keys[least] & np.uint64((1 << _VALUE_BITS) - 1)
    filled[at] = True
    return _densified(values.reshape(owners, BINS), filled.reshape(owners, BINS))


def _densified(values: Words, filled: NDArray[np.bool_]) -> Sketches:
    """Empty bins filled from the next full one, in a circle."""
    twice = np.concatenate([filled, filled], axis=1)
    bins = np.where(twice, np.arange(2 * BINS), 2 * BINS)
    following = np.minimum.accumulate(bins[:, ::-1], axis=1)[:, ::-1][:, :BINS]
    distance = (following - np.arange(BINS)).astype(np.uint64)
    borrowed = values[np.arange(len(values))[:, None], following % BINS]
    return (mix(borrowed + distance * GOLDEN) >> np.uint64(48)).astype(np.uint16)


def similarity(one: Sketches, other: Sketches) -> NDArray[np.float64]:
    """Estimated Jaccard similarity along the last axis; its standard error is at most 1/16."""
    agree: NDArray[np.float64] = np.mean(one == other, axis=-1)
    return agree
