"""All occurrences of fragments, found from the rarest thing in each.

In preorder a fragment is runs of opened nodes with holes between them, and each run is a run of
nodes wherever the fragment occurs. So an occurrence is followed from its root by comparing one
hash a run and stepping over the subtrees that stand in the holes. Fragments are matched together,
run after run, on all roots that are still possible.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apps.singularity.patterns.engine.idioms.closure import Fragments
from apps.singularity.patterns.engine.idioms.features import Paths, plain
from apps.singularity.patterns.engine.idioms.forest import Forest
from apps.singularity.patterns.engine.idioms.hashing import Words, mix, powers
from apps.singularity.patterns.engine.idioms.pivots import Pivots, WaysUp, ways_up
from apps.singularity.patterns.engine.idioms.seeds import Groups

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]

_BATCH = 1 << 17  # pairs of a fragment and a root that are looked at together
_BASE = 0xA0761D6478BD642F
_INVERSE = pow(_BASE, -1, 1 << 64)


@dataclass(frozen=True)
class Matcher:
    """Finds fragments in a forest.

    ``sums`` are those of the hashes of all labels, weighted by powers of the place, before each
    node; ``back`` takes the weight off a difference of two, which makes it the hash of a run.
    """

    forest: Forest
    ways: WaysUp
    sums: Words
    back: Words

    def occurrences(self, fragments: Fragments) -> Groups:
        """The roots at which each fragment occurs, ascending."""
        pivots, runs = self.ways.pivots(fragments), self._runs(fragments)
        found = [np.zeros(0, np.uint64)]
        for chosen in _batches(pivots):
            owner, roots = self._candidates(fragments, pivots, chosen)
            found += self._followed(runs, owner, roots)
        pairs = np.concatenate(found)
        pairs.sort()
        owner = (pairs >> np.uint64(32)).astype(np.int64)
        bounds = np.searchsorted(owner, np.arange(len(fragments) + 1))
        return Groups(pairs.astype(np.uint32).view(np.int32), bounds)

    def _candidates(
        self, fragments: Fragments, pivots: Pivots, chosen: Longs
    ) -> tuple[Longs, Ints]:
        """Nodes like each pivot, and from there up to where the root would be.

        The fragments that are chosen have one index, and ascend by the height of their pivots.
        """
        forest, sizes = self.forest, pivots.count[chosen]
        bounds = np.concatenate([[0], np.cumsum(sizes)])
        owner = np.repeat(chosen, sizes)
        shift = np.repeat(pivots.first[chosen] - bounds[:-1], sizes)
        nodes = self.ways.nodes(int(pivots.way[chosen[0]]), np.arange(bounds[-1]) + shift)
        above, heights = nodes.copy(), pivots.height[chosen]
        for height in range(int(heights[-1])):
            higher = slice(bounds[np.searchsorted(heights, height, side="right")], None)
            above[higher] = forest.parent[above[higher]]
        roots = fragments.nodes[fragments.bounds[:-1]]
        way = np.zeros(len(fragments), dtype=np.uint64)
        way[chosen] = self.ways.paths.between(roots[chosen], pivots.node[chosen])
        same = self.ways.paths.between(above, nodes) == way[owner]
        owner, above = owner[same], above[same]
        same = plain(forest.label[above]) == plain(forest.label[roots])[owner]
        return owner[same], above[same]

    def _followed(self, runs: _Runs, owner: Longs, roots: Ints) -> Iterator[Words]:
        """Of pairs of a fragment and a root those that match: the fragment above the root."""
        place, end = roots.astype(np.int64) + 1, len(self.forest.size)
        run = runs.first[owner]
        while len(owner):
            after = np.minimum(place + runs.length[run], end)
            same = (self.sums[after] - self.sums[place]) * self.back[place] == runs.hash[run]
            owner, roots, run, after = owner[same], roots[same], run[same], after[same]
            last = run + 1 == runs.first[owner + 1]
            yield (owner[last].astype(np.uint64) << np.uint64(32)) | roots[last].astype(np.uint64)
            owner, roots, run, hole = owner[~last], roots[~last], run[~last] + 1, after[~last]
            place = hole + self.forest.size[hole]

    def _runs(self, fragments: Fragments) -> _Runs:
        """The runs of fragments; what is shown of a fragment is an occurrence too."""
        count, holes = len(fragments), np.flatnonzero(~fragments.opened)
        first = np.searchsorted(holes, fragments.bounds) + np.arange(count + 1)
        begin, end = np.empty(first[-1], np.int64), np.empty(first[-1], np.int64)
        nodes, owner = fragments.nodes.astype(np.int64), fragments.owner[holes]
        hole = np.arange(len(holes)) + owner
        begin[first[:-1]] = nodes[fragments.bounds[:-1]] + 1
        begin[hole + 1] = nodes[holes] + self.forest.size[nodes[holes]]
        end[hole] = nodes[holes]
        lasts = fragments.bounds[1:] - 1
        after = nodes[lasts] + np.where(fragments.opened[lasts], 1, self.forest.size[nodes[lasts]])
        end[first[1:] - 1] = after
        return _Runs(first, end - begin, (self.sums[end] - self.sums[begin]) * self.back[begin])


@dataclass(frozen=True)
class _Runs:
    """The runs of opened nodes of fragments, those of fragment f from ``first[f]`` on.

    They may be empty; all but the last one are followed by a hole, and the root is in none.
    """

    first: Longs
    length: Longs
    hash: Words


def _batches(pivots: Pivots) -> Iterator[Longs]:
    """Fragments with candidates in one index, ascending by the height of their pivots."""
    order = np.lexsort((pivots.height, pivots.way))
    order = order[pivots.count[order] > 0]
    number = np.cumsum(pivots.count[order]) // _BATCH
    new = (np.diff(number) != 0) | (np.diff(pivots.way[order]) != 0)
    yield from (batch for batch in np.split(order, np.flatnonzero(new) + 1) if len(batch))


def matcher_of(forest: Forest, paths: Paths) -> Matcher:
    """Sum up and sort the nodes of a forest."""
    count = len(forest.size) + 1
    sums = np.zeros(count, dtype=np.uint64)
    weighted = mix(forest.label.astype(np.uint64) + np.uint64(1))
    weighted *= powers(_BASE, count)[:-1]
    np.cumsum(weighted, out=sums[1:])
    return Matcher(forest, ways_up(forest, paths), sums, powers(_INVERSE, count))
