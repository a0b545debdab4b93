"""How much each node of a forest tells, given where it stands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apps.singularity.patterns.engine.idioms.forest import Forest
from apps.singularity.patterns.engine.idioms.hashing import Words, mix
from apps.singularity.patterns.engine.idioms.labels import BARRIER, ITEM_ID, STATEMENT_ID

Ints = NDArray[np.int32]

UNSEEN = 32
"""Other labels that are taken to have been seen in each context: in a small code base, what always
was so need not be so (additive smoothing)."""

_BITS = 22
_SHIFT = np.uint64(64 - _BITS)


@dataclass(frozen=True)
class Contexts:
    """Nodes by their label, their parent's label and their slot there.

    ``key`` numbers these contexts by hash, ``count`` is how often each number occurs. ``bits`` is
    the code length of a node's label, in bits, given its parent and slot, or given the element
    before it in a list: what a probabilistic grammar with these productions needs, estimated by
    counting.
    """

    key: Ints
    count: Ints
    bits: NDArray[np.float32]


def contexts_of(forest: Forest) -> Contexts:
    """The contexts of all nodes."""
    own = mix(forest.label.astype(np.uint64))
    label = np.where(forest.label == BARRIER, STATEMENT_ID, forest.label)
    place = label[forest.parent].astype(np.uint64) * np.uint64(64)
    key = _bucket(mix(place + forest.slot.astype(np.uint64) + np.uint64(1)) + own)
    above = _above(forest)
    told, source = _bucket(above + own), _bucket(above)
    share = _count(told)[told].astype(np.float32) / (_count(source)[source] + UNSEEN)
    return Contexts(key, _count(key), -np.log2(np.minimum(share, 1)))


def _count(keys: Ints) -> Ints:
    return np.bincount(keys, minlength=1 << _BITS).astype(np.int32)


def _above(forest: Forest) -> Words:
    """What the label of each node is told from: its parent's label and its slot there.

    An element of a list is told from the element before it, the first one from where the list
    stands; whether a list goes on is told from its last element.
    """
    label, parent, slot = forest.label, forest.parent, forest.slot
    is_cell = (label == ITEM_ID) | (label == STATEMENT_ID) | (label == BARRIER)
    in_cell = is_cell[parent]
    source = parent.copy()
    rest = in_cell & (slot == 1)
    source[rest] = parent[rest] + 1
    later = in_cell & (slot == 0) & is_cell[parent[parent]] & (slot[parent] == 1)
    source[later] = parent[parent[later]] + 1
    first = in_cell & (slot == 0) & ~later
    source[first] = parent[parent[first]]
    role = slot + np.where(rest, 32, 0) + np.where(later, 33, 0) + np.where(first, 34, 0)
    told = label[source].astype(np.uint64) * np.uint64(64) + role.astype(np.uint64)
    return mix(told + np.uint64(1))


def _bucket(hashes: Words) -> Ints:
    return (mix(hashes) >> _SHIFT).astype(np.int32)
