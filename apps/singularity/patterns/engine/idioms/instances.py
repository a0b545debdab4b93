"""Where each node of a fragment stands in its occurrences."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from apps.singularity.patterns.engine.idioms.forest import Forest

Ints = NDArray[np.int32]
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
