"""Where to begin to look for a fragment: at what is rarest in it.

Nodes are sorted by the labels and slots on the way up to an ancestor, for ways of several lengths.
Of all opened nodes of a fragment the pivot is the one whose way, as far as it lies within the
fragment, leads to the fewest nodes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apps.singularity.patterns.engine.idioms.closure import Fragments
from apps.singularity.patterns.engine.idioms.features import Paths, plain
from apps.singularity.patterns.engine.idioms.forest import Forest
from apps.singularity.patterns.engine.idioms.hashing import Words, mix
from apps.singularity.patterns.engine.idioms.labels import BARRIER

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]

WAYS = (1, 4, 6)
"""Lengths of the ways up; the longer, the fewer nodes have the same, but fragments are not deep."""

_SLICE = 1 << 17  # nodes looked at together
_NODE = np.uint64(0xFFFFFFFF)


@dataclass(frozen=True)
class Pivots:
    """One entry a fragment: where its candidates stand in the index ``way``, and how many.

    ``node`` is the pivot, ``height`` how far it is below its root. A fragment of which nothing but
    lists is shown has no candidates.
    """

    way: Ints
    node: Ints
    height: Ints
    first: Longs
    count: Longs


@dataclass(frozen=True)
class WaysUp:
    """For each of ``WAYS`` all telling nodes: the hash of the way, above it the node, sorted."""

    forest: Forest
    paths: Paths
    entries: tuple[Words, ...]

    def nodes(self, way: int, places: Longs) -> Ints:
        """The nodes at these places of an index."""
        return (self.entries[way][places] & _NODE).astype(np.int32)

    def pivots(self, fragments: Fragments) -> Pivots:
        """The pivot of each fragment."""
        forest, roots, owner = self.forest, fragments.nodes[fragments.bounds[:-1]], fragments.owner
        heights = forest.depth[fragments.nodes] - forest.depth[roots][owner]
        telling = fragments.opened & (forest.label[fragments.nodes] > BARRIER)
        count = len(fragments)
        best = Pivots(
            np.zeros(count, np.int32),
            roots.copy(),
            np.zeros(count, np.int32),
            np.zeros(count, np.int64),
            np.full(count, len(forest.size), np.int64),
        )
        for way, length in enumerate(WAYS):
            rows = np.flatnonzero(telling & (heights >= length))
            keys = _keys(forest, self.paths, fragments.nodes[rows], length)
            first = np.searchsorted(self.entries[way], keys)
            counts = np.searchsorted(self.entries[way], keys | _NODE) - first
            order = np.lexsort((counts, owner[rows]))
            rows, first, counts = rows[order], first[order], counts[order]
            rarest = np.flatnonzero(np.diff(owner[rows], prepend=-1))
            rarest = rarest[counts[rarest] < best.count[owner[rows[rarest]]]]
            of = owner[rows[rarest]]
            best.way[of] = way
            best.node[of] = fragments.nodes[rows[rarest]]
            best.height[of] = heights[rows[rarest]]
            best.first[of], best.count[of] = first[rarest], counts[rarest]
        best.count[best.height == 0] = 0
        return best


def ways_up(forest: Forest, paths: Paths) -> WaysUp:
    """Sort the telling nodes by their ways up."""
    telling = np.flatnonzero(forest.label > BARRIER).astype(np.int32)
    indexes = []
    for length in WAYS:
        entries = np.empty(len(telling), dtype=np.uint64)
        for at in range(0, len(telling), _SLICE):
            nodes = telling[at : at + _SLICE]
            entries[at : at + _SLICE] = _keys(forest, paths, nodes, length) | nodes.astype(
                np.uint64
            )
        entries.sort()
        indexes.append(entries)
    return WaysUp(forest, paths, tuple(indexes))


def _keys(forest: Forest, paths: Paths, nodes: Ints, length: int) -> Words:
    """The hash of the way up from each node, in the upper half of a word."""
    above = nodes
    for _ in range(length):
        above = forest.parent[above]
    top = plain(forest.label[above]).astype(np.uint64)
    keys: Words = (paths.between(above, nodes) + mix(top)) & ~_NODE
    return keys
