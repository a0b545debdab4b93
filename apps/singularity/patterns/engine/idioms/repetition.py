"""What a fragment tells, given that it may say the same thing over and over."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from apps.singularity.patterns.engine.idioms.closure import Fragments
from apps.singularity.patterns.engine.idioms.forest import Forest
from apps.singularity.patterns.engine.idioms.hashing import Words, mix, powers
from apps.singularity.patterns.engine.idioms.labels import BARRIER, HOLE, ITEM_ID, STATEMENT_ID

Floats = NDArray[np.float64]

AGAIN, ALIKE = 0.02, 0.2
"""What an element of a list counts that was there before, or twice before in its production."""

_BASE = 0xD6E8FEB86659FD93
_INVERSE = pow(_BASE, -1, 1 << 64)


def told(forest: Forest, bits: NDArray[np.float32], fragments: Fragments) -> Floats:
    """The bits of each fragment, where what comes again hardly counts.

    So a table of data, or a run of assignments, tells little more than its first lines. Of an
    element whose production two earlier ones had, only names that are new count in full.
    """
    label = np.where(fragments.opened, forest.label[fragments.nodes], HOLE)
    is_name = forest.book.is_name[label]
    alike, equal = _again(forest, fragments, label)
    weight = np.where(alike & ~is_name, ALIKE, 1.0)
    weight[equal] = AGAIN
    names = np.flatnonzero(is_name)
    weight[names[_repeated(fragments.owner[names], label[names].astype(np.uint64), times=2)]] = (
        ALIKE
    )
    return fragments.sums(bits[fragments.nodes].astype(np.float64) * weight)


def _again(
    forest: Forest, fragments: Fragments, label: NDArray[np.int32]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """The nodes within an element of a list like an earlier one in its production, and in all."""
    nodes, owner = fragments.nodes, fragments.owner
    place = owner * (len(forest.size) + 1) + nodes
    after = np.searchsorted(place, place + forest.size[nodes])
    count = len(nodes) + 1
    token = mix(label.astype(np.uint64) + np.uint64(1)) * powers(_BASE, count)[:-1]
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(token)])
    text = (sums[after] - sums[:-1]) * powers(_INVERSE, count)[:-1]
    in_list = np.isin(forest.label[forest.parent[nodes]], (ITEM_ID, STATEMENT_ID, BARRIER))
    element = np.flatnonzero(in_list & (forest.slot[nodes] == 0) & fragments.opened)
    # A cell goes with its element, the node after it.
    alike = element[_repeated(owner[element], label[element].astype(np.uint64), times=2)]
    equal = element[_repeated(owner[element], text[element])]
    within = [_within(one, after, count) for one in (alike, equal)]
    for known, one in zip(within, (alike, equal), strict=True):
        known[np.maximum(one - 1, 0)] = True
    return within[0], within[1]


def _repeated(owner: NDArray[np.int64], key: Words, *, times: int = 1) -> NDArray[np.bool_]:
    """Which entries have so many earlier ones with their owner and key."""
    order = np.lexsort((np.arange(len(key)), key, owner))
    repeated = np.zeros(len(key), dtype=np.bool_)
    owner, key = owner[order], key[order]
    same = (owner[times:] == owner[:-times]) & (key[times:] == key[:-times])
    repeated[order[times:][same]] = True
    return repeated


def _within(begin: NDArray[np.int64], after: NDArray[np.int64], count: int) -> NDArray[np.bool_]:
    """The nodes in the subtrees that begin there."""
    change = np.zeros(count, dtype=np.int64)
    np.add.at(change, begin, 1)
    np.subtract.at(change, after[begin], 1)
    within: NDArray[np.bool_] = np.cumsum(change[:-1]) > 0
    return within
