"""What a fragment tells, given that it may say the same thing over and over."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from apps.singularity.patterns.engine.idioms.closure import Fragments
from apps.singularity.patterns.engine.idioms.forest import Forest
from apps.singularity.patterns.engine.idioms.hashing import mix, powers
from apps.singularity.patterns.engine.idioms.labels import BARRIER, HOLE, ITEM_ID, STATEMENT_ID

Floats = NDArray[np.float64]

AGAIN = 0.1
"""What an element of a list counts that stands in the fragment before."""

_BASE = 0xD6E8FEB86659FD93
_INVERSE = pow(_BASE, -1, 1 << 64)


def told(forest: Forest, bits: NDArray[np.float32], fragments: Fragments) -> Floats:
    """The bits of each fragment; elements of lists that come again hardly count.

    So a table of data, or a run of assignments, tells little more than its first line.
    """
    weight = np.where(_again(forest, fragments), AGAIN, 1.0)
    return fragments.sums(bits[fragments.nodes].astype(np.float64) * weight)


def _again(forest: Forest, fragments: Fragments) -> NDArray[np.bool_]:
    """The nodes within an element of a list that is like one before it."""
    nodes, owner = fragments.nodes, fragments.owner
    place = owner * (len(forest.size) + 1) + nodes
    after = np.searchsorted(place, place + forest.size[nodes])
    token = np.where(fragments.opened, forest.label[nodes], HOLE).astype(np.uint64)
    count = len(nodes) + 1
    sums = np.concatenate(
        [np.zeros(1, np.uint64), np.cumsum(mix(token + np.uint64(1)) * powers(_BASE, count)[:-1])]
    )
    begin = np.arange(len(nodes))
    text = (sums[after] - sums[begin]) * powers(_INVERSE, count)[:-1]
    in_list = np.isin(forest.label[forest.parent[nodes]], (ITEM_ID, STATEMENT_ID, BARRIER))
    element = np.flatnonzero(in_list & (forest.slot[nodes] == 0))
    order = element[np.lexsort((element, text[element], owner[element]))]
    again = (np.diff(owner[order], prepend=-1) == 0) & (text[order] == np.roll(text[order], 1))
    change = np.zeros(count, dtype=np.int64)
    np.add.at(change, order[again], 1)
    np.subtract.at(change, after[order[again]], 1)
    within: NDArray[np.bool_] = np.cumsum(change[:-1]) > 0
    return within
