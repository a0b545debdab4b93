"""Groups of occurrences that have more in common than all occurrences of their fragment.

Where a hole holds the same label often enough, the occurrences with that label have a closure of
their own: the extension of a closed itemset by one item, as in LCM (Uno et al. 2004).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from apps.singularity.patterns.engine.idioms.closure import Fragments
from apps.singularity.patterns.engine.idioms.forest import Forest
from apps.singularity.patterns.engine.idioms.instances import instances
from apps.singularity.patterns.engine.idioms.labels import BARRIER, HOLE
from apps.singularity.patterns.engine.idioms.seeds import Groups
from apps.singularity.patterns.engine.idioms.support import Support

Ints = NDArray[np.int32]

MOST = 64
"""Occurrences of a fragment up to which its holes are looked into: others have seeds enough."""


def splits_of(forest: Forest, fragments: Fragments, found: Groups, support: Support) -> Groups:
    """For each hole that holds the same often enough, but not always, the occurrences with it."""
    groups: list[Ints] = []
    for one in np.flatnonzero((found.sizes > support.occurrences) & (found.sizes <= MOST)).tolist():
        nodes, opened = fragments.of(one)
        roots = found.members[found.bounds[one] : found.bounds[one + 1]]
        holes = instances(forest, nodes, opened, roots)[~opened]
        groups += _alike(forest.label[holes], roots, support.occurrences)
    bounds = np.concatenate([[0], np.cumsum([len(group) for group in groups])]).astype(np.int64)
    members = np.concatenate(groups) if groups else np.zeros(0, dtype=np.int32)
    return Groups(members, bounds)


def _alike(labels: Ints, roots: Ints, least: int) -> Iterator[Ints]:
    """The roots that share a label in some row, if they are at least so many."""
    ordered = np.sort(labels, axis=1)
    runs = ordered[:, least - 1 :] == ordered[:, : ordered.shape[1] - least + 1]
    for row in np.flatnonzero(runs.any(axis=1)).tolist():
        for label in np.unique(ordered[row, : runs.shape[1]][runs[row]]).tolist():
            if label not in (HOLE, BARRIER):
                yield roots[labels[row] == label]
