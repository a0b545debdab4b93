"""Fragments that always occur within a larger one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from apps.singularity.patterns.engine.idioms.closure import Fragments
from apps.singularity.patterns.engine.idioms.forest import Forest
from apps.singularity.patterns.engine.idioms.hashing import mix
from apps.singularity.patterns.engine.idioms.instances import instances
from apps.singularity.patterns.engine.idioms.seeds import Groups


def contained(forest: Forest, fragments: Fragments, found: Groups) -> NDArray[np.bool_]:
    """For each fragment whether it only occurs at one place inside another, or is its twin.

    Told by hashes of the sets of nodes at which fragments and their inner nodes stand: equal sets
    have equal support, and a larger fragment says more.
    """
    spread = mix(np.arange(len(forest.size), dtype=np.uint64))
    inner: set[int] = set()
    own: list[int] = []
    for one in range(len(fragments)):
        nodes, opened = fragments.of(one)
        roots = found.members[found.bounds[one] : found.bounds[one + 1]]
        stands = instances(forest, nodes, opened, roots)[opened & (forest.arity[nodes] > 0)]
        sets = np.add.reduce(spread[stands], axis=1).tolist()
        own.append(sets[0] if sets else 0)
        inner.update(sets[1:])
    twins: set[int] = set()
    result = np.zeros(len(fragments), dtype=np.bool_)
    for one, members in enumerate(own):
        result[one] = members in inner or members in twins
        twins.add(members)
    return result
