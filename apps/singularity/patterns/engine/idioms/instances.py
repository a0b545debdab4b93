"""Where each node of a fragment stands in its occurrences."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from apps.singularity.patterns.engine.idioms.forest import Forest

Ints = NDArray[np.int32]


def instances(forest: Forest, nodes: Ints, roots: Ints) -> Ints:
    """For each node of a fragment (a row) the node that it is in each occurrence (a column).

    ``nodes`` are those of one occurrence in preorder, ``roots`` where the others begin.
    """
    found = np.zeros((len(nodes), len(roots)), dtype=np.int32)
    found[0] = roots
    row_of = {int(nodes[0]): 0}
    latest: dict[int, int] = {}  # the row of the youngest child met so far, by parent
    parents = forest.parent[nodes].tolist()
    size = forest.size
    for row, (node, parent) in enumerate(zip(nodes.tolist(), parents, strict=True)):
        if row:
            elder = latest.get(parent)
            if elder is None:
                found[row] = found[row_of[parent]] + 1
            else:
                found[row] = found[elder] + size[found[elder]]
            latest[parent] = row
            row_of[node] = row
    return found
