"""The closure of groups of roots: the largest fragment that all roots of a group have in common.

A fragment is a connected piece of a tree in which a node that is opened shows its whole
production, and every child that is not opened is a hole: the elementary trees of tree substitution
grammars (Allamanis & Sutton 2014, "Mining idioms from source code"). The largest common fragment
of a set of nodes is unique (it is their least general generalisation, Plotkin 1970), and it is
closed: each larger one lacks some of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apps.singularity.patterns.engine.idioms.forest import Forest
from apps.singularity.patterns.engine.idioms.hashing import Words, mix
from apps.singularity.patterns.engine.idioms.labels import BARRIER, HOLE, STATEMENT_ID
from apps.singularity.patterns.engine.idioms.seeds import Groups

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Bools = NDArray[np.bool_]

MAX_OPEN = 64
"""Opened nodes of a fragment; what goes on beyond is more a clone than an idiom."""

_MAX_LEVELS = 48
_BATCH = 1 << 16  # members worked on together


@dataclass(frozen=True)
class Fragments:
    """Fragments, each as nodes of one of its occurrences, in preorder.

    Those of fragment f are ``nodes[bounds[f]:bounds[f + 1]]``, the root first; ``opened`` tells
    opened nodes from holes.
    """

    nodes: Ints
    opened: Bools
    bounds: Longs

    def __len__(self) -> int:
        return len(self.bounds) - 1

    def of(self, fragment: int) -> tuple[Ints, Bools]:
        """The nodes of one fragment, and which of them are opened."""
        span = slice(int(self.bounds[fragment]), int(self.bounds[fragment + 1]))
        return self.nodes[span], self.opened[span]

    def hashes(self, forest: Forest) -> Words:
        """A hash of each fragment's canonical form."""
        sizes = np.diff(self.bounds)
        place = np.arange(len(self.nodes)) - np.repeat(self.bounds[:-1], sizes)
        label = forest.label[self.nodes]
        label = np.where(label == BARRIER, STATEMENT_ID, label)
        token = np.where(self.opened, label, HOLE).astype(np.uint64)
        mixed = mix((token << np.uint64(32)) + place.astype(np.uint64))
        hashes: Words = np.add.reduceat(mixed, self.bounds[:-1])
        return hashes

    @property
    def owner(self) -> Longs:
        """The fragment of each node."""
        return np.repeat(np.arange(len(self)), np.diff(self.bounds))

    def sums(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """For each fragment the sum of the values of its opened nodes, the root left out.

        ``values`` has one entry for each of ``nodes``.
        """
        shown = np.where(self.opened, values, 0.0)
        shown[self.bounds[:-1]] = 0.0
        sums: NDArray[np.float64] = np.add.reduceat(shown, self.bounds[:-1])
        return sums

    def chosen(self, fragments: Longs) -> Fragments:
        """Only these fragments, in this order."""
        sizes = np.diff(self.bounds)[fragments]
        bounds = np.concatenate([[0], np.cumsum(sizes)])
        at = np.arange(bounds[-1]) + np.repeat(self.bounds[fragments] - bounds[:-1], sizes)
        return Fragments(self.nodes[at], self.opened[at], bounds)


def closures_of(forest: Forest, groups: Groups) -> Fragments:
    """The closure of each group, shown at its first member."""
    return joined(list(_batches(forest, groups)))


def joined(parts: Sequence[Fragments]) -> Fragments:
    """Several sets of fragments as one."""
    none = Fragments(np.zeros(0, np.int32), np.zeros(0, np.bool_), np.zeros(1, np.int64))
    parts = [none, *parts]
    sizes = np.concatenate([np.diff(part.bounds) for part in parts])
    return Fragments(
        np.concatenate([part.nodes for part in parts]),
        np.concatenate([part.opened for part in parts]),
        np.concatenate([[0], np.cumsum(sizes)]),
    )


def _batches(forest: Forest, groups: Groups) -> Iterator[Fragments]:
    numbers = groups.bounds[1:] // _BATCH
    for number in np.unique(numbers):
        yield _closures(forest, groups.chosen(np.flatnonzero(numbers == number)))


@dataclass
class _Level:
    """What stands at the same place in all members of a group: one run of ``nodes`` a place."""

    group: Longs
    nodes: Ints
    bounds: Longs

    def taken(self, places: Longs) -> _Level:
        runs = Groups(self.nodes, self.bounds).chosen(places)
        return _Level(self.group[places], runs.members, runs.bounds)


def _closures(forest: Forest, groups: Groups) -> Fragments:
    """Open, level by level, all places at which the members of a group agree."""
    count = len(groups.sizes)
    level = _Level(np.arange(count), groups.members, groups.bounds)
    opened_of = np.zeros(count, dtype=np.int64)
    found: list[tuple[Longs, Ints, Bools]] = []
    for depth in range(_MAX_LEVELS):
        if not len(level.group):
            break
        opened = _agreed(forest, level) & (opened_of < MAX_OPEN)[level.group]
        opened |= depth == 0
        opened_of += np.bincount(level.group[opened], minlength=count)
        found.append((level.group, level.nodes[level.bounds[:-1]], opened))
        level = _children(forest, level.taken(np.flatnonzero(opened)))
    else:
        heads = level.nodes[level.bounds[:-1]]
        found.append((level.group, heads, np.zeros(len(level.group), dtype=np.bool_)))
    group, nodes, opened = (np.concatenate(part) for part in zip(*found, strict=True))
    # One sort of words, which is many times faster than finding an order by several keys.
    packed = (group << 32) | (nodes.astype(np.int64) << 1) | opened
    packed.sort()
    bounds = np.searchsorted(packed, np.arange(count + 1) << 32)
    nodes = ((packed & 0xFFFFFFFF) >> 1).astype(np.int32)
    return Fragments(nodes, (packed & 1).astype(np.bool_), bounds)


def _agreed(forest: Forest, level: _Level) -> Bools:
    """The places at which all members have one label that can be shown."""
    labels = forest.label[level.nodes]
    least = np.minimum.reduceat(labels, level.bounds[:-1])
    most = np.maximum.reduceat(labels, level.bounds[:-1])
    agreed: Bools = (least == most) & (least != HOLE) & (least != BARRIER)
    return agreed


def _children(forest: Forest, level: _Level) -> _Level:
    """The places below the places of a level."""
    groups, nodes, sizes = [level.group[:0]], [level.nodes[:0]], [level.bounds[:0]]
    arity = forest.arity[level.nodes[level.bounds[:-1]]]
    child = level.nodes + 1
    level = _Level(level.group, child, level.bounds)
    at = 0
    while True:
        more = np.flatnonzero(arity > at)
        if not len(more):
            break
        level, arity = level.taken(more), arity[more]
        groups.append(level.group)
        nodes.append(level.nodes)
        sizes.append(np.diff(level.bounds))
        level = _Level(level.group, level.nodes + forest.size[level.nodes], level.bounds)
        at += 1
    bounds = np.concatenate([[0], np.cumsum(np.concatenate(sizes))])
    return _Level(np.concatenate(groups), np.concatenate(nodes), bounds)
