"""Fragments that always occur within a larger one."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from apps.singularity.patterns.engine.idioms.closure import Fragments
from apps.singularity.patterns.engine.idioms.forest import Forest
from apps.singularity.patterns.engine.idioms.hashing import Words, mix
from apps.singularity.patterns.engine.idioms.instances import all_instances
from apps.singularity.patterns.engine.idioms.seeds import Groups

Longs = NDArray[np.int64]

_CELLS = 1 << 19  # nodes of occurrences looked at together


def contained(forest: Forest, fragments: Fragments, found: Groups) -> NDArray[np.bool_]:
    """For each fragment whether it only occurs at one place inside another, or is its twin.

    Told by hashes of the sets of nodes at which fragments and their inner nodes stand: equal sets
    have equal support, and a larger fragment says more.
    """
    spread = mix(np.arange(len(forest.size), dtype=np.uint64))
    inner: set[int] = set()
    own: list[int] = []
    for part in _parts(fragments, found):
        some, theirs = fragments.chosen(part), found.chosen(part)
        sets = _node_sets(forest, some, theirs, spread)
        own += sets[some.bounds[:-1]].tolist()
        deeper = some.opened & (forest.arity[some.nodes] > 0)
        deeper[some.bounds[:-1]] = False
        inner.update(sets[deeper].tolist())
    twins: set[int] = set()
    result = np.zeros(len(fragments), dtype=np.bool_)
    for one, members in enumerate(own):
        result[one] = members in inner or members in twins
        twins.add(members)
    return result


def _parts(fragments: Fragments, found: Groups) -> Iterator[Longs]:
    """The fragments, so many at a time that their occurrences have a bounded number of nodes."""
    number = np.cumsum(np.diff(fragments.bounds) * found.sizes) // _CELLS
    every = np.arange(len(fragments))
    yield from (part for part in np.split(every, np.flatnonzero(np.diff(number)) + 1) if len(part))


def _node_sets(forest: Forest, fragments: Fragments, found: Groups, spread: Words) -> Words:
    """For each node of the fragments a hash of the set of nodes that it is in all occurrences."""
    times = found.sizes[fragments.owner]
    bounds = np.concatenate([[0], np.cumsum(times)])
    stands = all_instances(forest, fragments, found)
    sets = np.zeros(len(times), dtype=np.uint64)
    occurring = np.flatnonzero(times)
    if len(occurring):
        sets[occurring] = np.add.reduceat(spread[stands], bounds[occurring])
    return sets
