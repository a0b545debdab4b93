"""All occurrences of fragments, found from the rarest thing in each.

Fragments are matched together, node after node in preorder, on all roots that are still possible:
a few operations on long arrays instead of many on short ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apps.singularity.patterns.engine.idioms.closure import Fragments
from apps.singularity.patterns.engine.idioms.features import Paths
from apps.singularity.patterns.engine.idioms.forest import Forest
from apps.singularity.patterns.engine.idioms.information import Contexts
from apps.singularity.patterns.engine.idioms.labels import BARRIER, STATEMENT_ID
from apps.singularity.patterns.engine.idioms.seeds import Groups

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]

_CROWDED = 0.6  # share of candidates still possible below which the others are dropped
_BATCH = 1 << 16  # pairs of a fragment and a root that are looked at together


@dataclass(frozen=True)
class Matcher:
    """Finds fragments in a forest; ``posting`` sorts its nodes by context, from ``first`` on."""

    forest: Forest
    paths: Paths
    contexts: Contexts
    posting: Longs
    first: Longs

    def occurrences(self, fragments: Fragments) -> Groups:
        """The roots at which each fragment occurs, ascending."""
        found = [self._match(batch) for batch in self._batches(fragments)]
        owner = np.concatenate([np.zeros(0, np.int64), *(pair[0] for pair in found)])
        roots = np.concatenate([np.zeros(0, np.int32), *(pair[1] for pair in found)])
        order = np.lexsort((roots, owner))
        bounds = np.searchsorted(owner[order], np.arange(len(fragments) + 1))
        return Groups(roots[order], bounds)

    def _batches(self, fragments: Fragments) -> Iterator[_Batch]:
        pivots = self._pivots(fragments)
        sizes = self.contexts.count[self.contexts.key[fragments.nodes[pivots]]].astype(np.int64)
        by_length = np.argsort(np.diff(fragments.bounds), kind="stable")
        number = np.cumsum(sizes[by_length]) // _BATCH
        for one in np.unique(number):
            chosen = by_length[number == one]
            yield _Batch(fragments, chosen, fragments.nodes[pivots[chosen]], sizes[chosen])

    def _pivots(self, fragments: Fragments) -> Longs:
        """The index of the opened node of each fragment whose context is the rarest."""
        count = self.contexts.count[self.contexts.key[fragments.nodes]].astype(np.int64)
        count[~fragments.opened | (self.forest.label[fragments.nodes] <= BARRIER)] = 1 << 40
        count[fragments.bounds[:-1]] = 1 << 39  # the root's own context is not the fragment's
        order = np.lexsort((count, np.repeat(np.arange(len(fragments)), np.diff(fragments.bounds))))
        pivots: Longs = order[fragments.bounds[:-1]]
        return pivots

    def _match(self, batch: _Batch) -> tuple[Longs, Ints]:
        owner, roots = self._candidates(batch)
        plan = _Plan.of(self.forest, batch)
        at = np.zeros((plan.length, len(roots)), dtype=np.int32)
        at[0] = roots
        alive = np.ones(len(roots), dtype=np.bool_)
        for step in range(1, plan.length):
            before = plan.before[step][owner]
            moved = at[before, np.arange(len(owner))]
            follows = plan.follows[step][owner]
            position = np.where(follows, moved + self.forest.size[moved], moved + 1)
            position = np.minimum(position, len(self.forest.size) - 1)
            wanted = plan.label[step][owner]
            good = (wanted < 0) | (self.forest.label[position] == wanted)
            at[step] = position
            alive &= good
            if len(alive) and alive.mean() < _CROWDED:
                owner, at, alive = owner[alive], at[:, alive], alive[alive]
        return batch.chosen[owner[alive]], at[0, alive]

    def _candidates(self, batch: _Batch) -> tuple[Longs, Ints]:
        """Nodes in the context of each pivot, and from there up to where the root would be."""
        owner = np.repeat(np.arange(len(batch.chosen)), batch.sizes)
        offset = np.cumsum(batch.sizes) - batch.sizes
        start = self.first[self.contexts.key[batch.pivots]]
        nodes = self.posting[np.arange(len(owner)) - offset[owner] + start[owner]]
        forest = self.forest
        roots = batch.fragments.nodes[batch.fragments.bounds[batch.chosen]]
        height = (forest.depth[batch.pivots] - forest.depth[roots])[owner]
        possible = forest.depth[nodes] >= height
        owner, nodes, height = owner[possible], nodes[possible], height[possible]
        above = nodes
        while (climbing := height > 0).any():
            above = np.where(climbing, forest.parent[above], above)
            height = height - climbing
        path = self.paths.between(roots, batch.pivots)
        same = self.paths.between(above, nodes) == path[owner]
        same &= _plain(forest.label[above]) == _plain(forest.label[roots])[owner]
        return owner[same], above[same].astype(np.int32)


@dataclass(frozen=True)
class _Batch:
    fragments: Fragments
    chosen: Longs
    pivots: Ints
    sizes: Longs


@dataclass(frozen=True)
class _Plan:
    """For each step, one entry a fragment: how to get to its next node, and what stands there.

    ``before`` is the step of the parent, or of the sibling that the node ``follows``; ``label`` is
    -1 for holes, and for fragments that have ended.
    """

    length: int
    before: Ints
    follows: NDArray[np.bool_]
    label: Ints

    @staticmethod
    def of(forest: Forest, batch: _Batch) -> _Plan:
        picked = batch.fragments.chosen(batch.chosen)
        count, sizes = len(picked), np.diff(picked.bounds)
        length = int(sizes.max(initial=1))
        owner = np.repeat(np.arange(count), sizes)
        step = np.arange(len(picked.nodes)) - picked.bounds[owner]
        before = np.zeros((length, count), dtype=np.int32)
        follows = np.zeros((length, count), dtype=np.bool_)
        label = np.full((length, count), -1, dtype=np.int32)
        label[step, owner] = np.where(picked.opened, forest.label[picked.nodes], -1)
        slot = forest.slot[picked.nodes]
        follows[step, owner] = (slot > 0) & (step > 0)
        before[step, owner] = _steps_before(forest, picked, owner, step)
        return _Plan(length, before, follows, label)


def _steps_before(forest: Forest, picked: Fragments, owner: Longs, step: Longs) -> Longs:
    """The step of each node's elder sibling, or of its parent where there is none."""
    nodes = picked.nodes
    parent, slot = forest.parent[nodes], forest.slot[nodes]
    elder = parent + 1
    for passed in range(1, int(slot.max(initial=0))):
        elder = np.where(slot > passed, elder + forest.size[elder], elder)
    span = len(forest.size) + 1
    known = owner * span + nodes
    wanted = owner * span + np.where(slot == 0, parent, elder)
    return step[np.minimum(np.searchsorted(known, wanted), len(known) - 1)]


def _plain(labels: Ints) -> Ints:
    """Barriers are cells like others to the fragment that begins there."""
    return np.where(labels == BARRIER, STATEMENT_ID, labels)


def matcher_of(forest: Forest, paths: Paths, contexts: Contexts) -> Matcher:
    """Sort the nodes by context."""
    telling = np.flatnonzero(forest.label > BARRIER)
    keys = contexts.key[telling]
    posting = telling[np.argsort(keys, kind="stable")]
    count = np.bincount(keys, minlength=len(contexts.count))
    first = np.concatenate([[0], np.cumsum(count)])
    return Matcher(forest, paths, contexts, posting, first)
