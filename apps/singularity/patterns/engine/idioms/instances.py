"""Where each node of a fragment stands in its occurrences."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from apps.singularity.patterns.engine.idioms.closure import Fragments
from apps.singularity.patterns.engine.idioms.forest import Forest
from apps.singularity.patterns.engine.idioms.seeds import Groups

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Bools = NDArray[np.bool_]


def instances(forest: Forest, nodes: Ints, opened: Bools, roots: Ints) -> Ints:
    """For each node of a fragment (a row) the node that it is in each occurrence (a column).

    ``nodes`` are those of one occurrence in preorder, ``roots`` where the others begin. Up to the
    first hole all stand as far from the root as there; from then on they are moved by how much
    larger the subtrees in the holes are.
    """
    found: Ints = (nodes - nodes[0])[:, None] + roots
    holes = np.flatnonzero(~opened)
    own = forest.size[nodes[holes]].tolist()
    shift: Ints | None = None
    rows = [*holes.tolist(), len(nodes) - 1]
    for hole, following, size in zip(rows[:-1], rows[1:], own, strict=True):
        more = forest.size[found[hole]] - size
        shift = more if shift is None else shift + more
        found[hole + 1 : following + 1] += shift
    return found


def all_instances(forest: Forest, fragments: Fragments, found: Groups) -> Ints:
    """The `instances` of many fragments at their occurrences, row after row, one array for all."""
    owner, closed = fragments.owner, ~fragments.opened
    shifts, begin = _shifts(forest, fragments, found)
    times = found.sizes[owner]
    bounds = np.concatenate([[0], np.cumsum(times)])
    within = np.arange(bounds[-1])
    total: Longs = np.cumsum(closed) - closed
    passed: Longs = total - total[fragments.bounds[:-1]][owner]
    distance = fragments.nodes - fragments.nodes[fragments.bounds[:-1]][owner]
    member = np.repeat(found.bounds[owner] - bounds[:-1], times) + within
    moved = np.repeat(begin[owner] + passed * times - bounds[:-1], times) + within
    stands: Ints = found.members[member] + np.repeat(distance, times) + shifts[moved]
    return stands


def _shifts(forest: Forest, fragments: Fragments, found: Groups) -> tuple[Ints, Longs]:
    """How far all is moved that comes after so many holes of a fragment, none to all of them.

    Those of one fragment begin where the second array says: first for no hole passed, one entry
    an occurrence, then for one, and so on. Worked out hole after hole for all fragments together.
    """
    holes = np.flatnonzero(~fragments.opened)
    first = np.searchsorted(holes, fragments.bounds)
    many, sizes, heads = np.diff(first), found.sizes, fragments.nodes[fragments.bounds[:-1]]
    begin = np.concatenate([[0], np.cumsum((many + 1) * sizes)])
    shifts = np.zeros(begin[-1], dtype=np.int32)
    owner = np.repeat(np.arange(len(fragments)), sizes)
    at = np.arange(len(owner)) - found.bounds[owner] + begin[owner]
    roots = found.members
    for passed in range(int(many.max(initial=0))):
        left = many[owner] > passed
        owner, at, roots = owner[left], at[left], roots[left]
        hole = fragments.nodes[holes[first[owner] + passed]]
        moved = shifts[at]
        more = forest.size[roots + (hole - heads[owner]) + moved] - forest.size[hole]
        at = at + sizes[owner]
        shifts[at] = moved + more
    return shifts, begin
