"""Rooted path features: what a piece of code is made of, each thing with the way to it.

A feature of a root is a label together with the labels and slots on the path down to it, as one
hash. A fragment is a set of features that is closed under their prefixes, so that fragments are
itemsets and closed fragments closed itemsets.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apps.singularity.patterns.engine.idioms.forest import Forest
from apps.singularity.patterns.engine.idioms.hashing import Words, mix, powers
from apps.singularity.patterns.engine.idioms.labels import (
    BARRIER,
    STATEMENT_ID,
)

Ints = NDArray[np.int32]
AnyInts = NDArray[np.int32] | NDArray[np.int64]

_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 1 << 64)
_NONE = np.uint64(0)


@dataclass(frozen=True)
class Paths:
    """Sums of hashes along the way down to each node, from which every relative path follows.

    The sum over the ancestors of a node is a prefix sum over the preorder in which a node counts
    from where it begins to where its subtree ends. Weights by powers of the depth make the
    difference of two such sums a hash of the path between the nodes, wherever they stand.
    """

    sums: Words
    back: Words

    def between(self, roots: AnyInts, nodes: AnyInts) -> Words:
        """The hash of the path from each root (left out) to a node below it (included)."""
        return mix((self.sums[nodes] - self.sums[roots]) * self.back[roots])


def paths_of(forest: Forest) -> Paths:
    """The path sums of all nodes."""
    step = forest.label.astype(np.uint64) * np.uint64(64) + forest.slot.astype(np.uint64)
    depth = forest.depth
    weights = powers(_INVERSE, int(depth.max(initial=0)) + 1)[depth] * mix(step + np.uint64(1))
    change = weights.copy()
    place = np.arange(len(depth), dtype=np.int32)
    ends = place + forest.size
    inside = ends < len(depth)
    np.subtract.at(change, ends[inside], weights[inside])
    back = powers(_BASE, int(depth.max(initial=0)) + 1)
    return Paths(np.cumsum(change, dtype=np.uint64), back[depth])


def roots_of(forest: Forest) -> Ints:
    """Where idioms may begin: at each statement, and at each use of a known name."""
    label, size = forest.label, forest.size
    statements = np.flatnonzero((label == STATEMENT_ID) | (label == BARRIER))
    statements = statements[~forest.book.is_import[label[statements + 1]]]
    names = np.flatnonzero(forest.book.is_name[label])
    callers = forest.parent[names]
    called = (forest.slot[names] == 0) & (size[callers] > 3)
    method = (forest.slot[names] == 1) & (forest.slot[callers] == 0)
    uses = np.concatenate([callers[called], forest.parent[callers[method]]])
    uses = uses[label[uses] > BARRIER]
    return np.union1d(statements, uses).astype(np.int32)


def plain(labels: Ints) -> Ints:
    """Barriers are cells like others to the fragment that begins there."""
    return np.where(labels == BARRIER, STATEMENT_ID, labels)


def features_of(
    forest: Forest, paths: Paths, roots: Ints, *, window: int, limit: int
) -> tuple[Words, Ints]:
    """The first features of each root: a row of hashes, 0 where there are no more.

    The root's own label is part of each, so that roots that share one can be one fragment's.
    Looked for in at most ``window`` nodes in preorder, at most ``limit`` of them. The second array
    has the nodes.
    """
    telling = np.flatnonzero(forest.label > BARRIER).astype(np.int32)
    first = np.searchsorted(telling, roots, side="right")
    end = roots + np.minimum(forest.size[roots], window)
    column = first[:, None] + np.arange(limit)
    nodes = telling[np.minimum(column, len(telling) - 1)]
    valid = (column < len(telling)) & (nodes < end[:, None])
    owner = np.broadcast_to(roots[:, None], nodes.shape)
    valid &= forest.barriers[nodes] == forest.barriers[owner]
    rows = np.zeros(nodes.shape, dtype=np.uint64)
    top = plain(forest.label[owner[valid]])
    rows[valid] = mix(paths.between(owner[valid], nodes[valid]) + mix(top.astype(np.uint64)))
    return rows, nodes
