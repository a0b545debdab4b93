"""How much each node of a forest tells, given where it stands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apps.singularity.patterns.engine.idioms.forest import Forest
from apps.singularity.patterns.engine.idioms.hashing import Words, mix

Ints = NDArray[np.int32]

_BITS = 22
_SHIFT = np.uint64(64 - _BITS)


@dataclass(frozen=True)
class Contexts:
    """Nodes by their label, their parent's label and their slot there.

    ``key`` numbers these contexts by hash, ``count`` is how often each number occurs; ``bits`` is
    the code length of a node's label given its parent's label and its slot, in bits, as a
    probabilistic grammar with these productions gives it (estimated by counting).
    """

    key: Ints
    count: Ints
    bits: NDArray[np.float32]


def contexts_of(forest: Forest) -> Contexts:
    """The contexts of all nodes."""
    above = forest.label[forest.parent].astype(np.uint64) * np.uint64(64)
    above = mix(above + forest.slot.astype(np.uint64) + np.uint64(1))
    key = _bucket(above + mix(forest.label.astype(np.uint64)))
    slot_key = _bucket(above)
    count = np.bincount(key, minlength=1 << _BITS).astype(np.int32)
    slot_count = np.bincount(slot_key, minlength=1 << _BITS).astype(np.int32)
    share = count[key].astype(np.float32) / slot_count[slot_key]
    return Contexts(key, count, -np.log2(np.minimum(share, 1)))


def _bucket(hashes: Words) -> Ints:
    return (mix(hashes) >> _SHIFT).astype(np.int32)
