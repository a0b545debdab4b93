"""Fragments without what says nothing: that there is one more statement, or one more item."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from apps.singularity.patterns.engine.idioms.closure import Fragments
from apps.singularity.patterns.engine.idioms.forest import Forest
from apps.singularity.patterns.engine.idioms.labels import (
    BARRIER,
    ITEM_ID,
    ITEMS_END_ID,
    STATEMENT_ID,
    STATEMENTS_END_ID,
)

Bools = NDArray[np.bool_]
Longs = NDArray[np.int64]


def trimmed(forest: Forest, fragments: Fragments) -> tuple[Fragments, Longs]:
    """Each fragment up to where its lists still tell something.

    Those whose first statement is a hole are gone; the second array says which are left.

    A list of statements is cut before the first one that is a hole, a list of items before the
    last ones that are; so is the end of a run of statements that a fragment begins with.
    """
    shut = _empty_cells(forest, fragments)
    opened = fragments.opened & ~shut
    kept = _below_opened(forest, fragments, opened)
    owner = np.repeat(np.arange(len(fragments)), np.diff(fragments.bounds))
    alive = np.zeros(len(fragments), dtype=np.bool_)
    first = fragments.bounds[:-1]
    alive[:] = opened[first] & opened[np.minimum(first + 1, len(opened) - 1)]
    kept &= alive[owner]
    sizes = np.bincount(owner[kept], minlength=len(fragments))[alive]
    bounds = np.concatenate([[0], np.cumsum(sizes)])
    return Fragments(fragments.nodes[kept], opened[kept], bounds), np.flatnonzero(alive)


def _empty_cells(forest: Forest, fragments: Fragments) -> Bools:
    """Opened cells, and ends of the first run of statements, that are to be holes."""
    nodes, opened = fragments.nodes, fragments.opened
    label = forest.label[nodes]
    owner = np.repeat(np.arange(len(fragments)), np.diff(fragments.bounds))
    is_root = np.zeros(len(nodes), dtype=np.bool_)
    is_root[fragments.bounds[:-1]] = True
    hollow = opened & ~is_root
    follower_open = np.append(opened[1:], False)
    shut = hollow & (label == STATEMENT_ID) & ~follower_open
    telling = np.concatenate([[0], np.cumsum(opened & (label > BARRIER))])
    span = len(forest.size) + 1
    place = owner * span + nodes
    after = np.searchsorted(place, place + forest.size[nodes])
    begin = np.arange(len(nodes))
    silent = telling[after] == telling[begin]
    shut |= hollow & (label == ITEM_ID) & silent & _cut_open(opened, label, after)
    result: Bools = shut | _final_ends(forest, fragments, label)
    return result


def _cut_open(opened: Bools, label: NDArray[np.int32], after: Longs) -> Bools:
    """Lists that do not end within the fragment: their last node is not an opened end."""
    last = after - 1
    ends: Bools = ~(opened[last] & (label[last] == ITEMS_END_ID))
    return ends


def _final_ends(forest: Forest, fragments: Fragments, label: NDArray[np.int32]) -> Bools:
    """The opened end of the run of statements that a fragment begins with."""
    shut = np.zeros(len(label), dtype=np.bool_)
    first, last = fragments.bounds[:-1], fragments.bounds[1:] - 1
    root = fragments.nodes[first]
    is_run = np.isin(label[first], (STATEMENT_ID, BARRIER))
    end = fragments.nodes[last] == root + forest.size[root] - 1
    shut[last[is_run & end & (label[last] == STATEMENTS_END_ID)]] = True
    return shut


def _below_opened(forest: Forest, fragments: Fragments, opened: Bools) -> Bools:
    """Nodes whose ancestors in the fragment are all opened."""
    span = len(forest.size) + 1
    owner = np.repeat(np.arange(len(fragments)), np.diff(fragments.bounds))
    place = owner * span + fragments.nodes
    shut = np.flatnonzero(~opened)
    change = np.zeros(len(place) + 1, dtype=np.int64)
    np.add.at(change, shut + 1, 1)
    ends = np.searchsorted(place, place[shut] + forest.size[fragments.nodes[shut]])
    np.subtract.at(change, np.maximum(ends, shut + 1), 1)
    below: Bools = np.cumsum(change[:-1]) == 0
    return below
