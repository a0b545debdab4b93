"""The nodes of an encoded tree as hashes in preorder, and where each function's nodes lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from apps.singularity.patterns.engine.clones.hashing import Words, hash_of
from apps.singularity.patterns.engine.facts import EncodedTree, Function
from apps.singularity.patterns.engine.tree.labels import Sort, parse_label

Positions = NDArray[np.int64] | NDArray[np.uint32]

_LEAST_INDEX_BITS = 20


@dataclass(frozen=True, slots=True)
class Outline:
    """Where a tree's nodes lie, in preorder; all arrays have one entry a node.

    ``tokens`` counts the tokens that belong to the node itself.
    """

    tokens: Positions
    start: Positions
    end: Positions

    def spans(self, functions: Sequence[Function]) -> NDArray[np.int64]:
        """First node and the one after the last of each function, shape (functions, 2)."""
        starts = np.array([f.start_byte for f in functions], dtype=np.uint32)
        ends = np.array([f.end_byte for f in functions], dtype=np.uint32)
        first = np.searchsorted(self.start, starts)
        last = np.searchsorted(self.start, ends)
        while len(around := np.flatnonzero((first < last) & (self._end_at(first) > ends))):
            first[around] += 1  # a node around the function that starts where it does
        spans = np.empty((len(first), 2), dtype=np.int64)
        spans[:, 0], spans[:, 1] = first, last
        return spans

    def _end_at(self, index: NDArray[np.intp]) -> Positions:
        return self.end[np.minimum(index, len(self.end) - 1)]


@dataclass(frozen=True, slots=True)
class Nodes:
    """What a tree's nodes are, as hashes in preorder; all arrays have one entry a node.

    ``label`` hashes what the node is, names and literals left out; ``text`` what it is with them.
    ``back`` is how many nodes before a leaf the same leaf stood last, 0 if never: renaming leaves
    it as it is (Baker 1993, "A theory of parameterized pattern matching", the prev encoding).
    """

    label: Words
    text: Words
    back: NDArray[np.int64]


def outline_of(tree: EncodedTree) -> Outline:
    """Read from a tree's arrays where its nodes lie."""
    own = np.array([tokens for _, tokens in map(_read_label, tree.labels)], dtype=np.int64)
    return Outline(
        tokens=own[np.frombuffer(tree.label, dtype="<u4")],
        start=np.frombuffer(tree.start, dtype="<u4"),
        end=np.frombuffer(tree.end, dtype="<u4"),
    )


def nodes_of(tree: EncodedTree) -> Nodes:
    """Read from a tree's arrays what its nodes are."""
    hashes = np.array([hashed for hashed, _ in map(_read_label, tree.labels)], dtype=np.uint64)
    label = hashes[np.frombuffer(tree.label, dtype="<u4")]
    is_leaf = np.frombuffer(tree.size, dtype="<u4") == 1
    exact = np.frombuffer(tree.exact, dtype="<u4").astype(np.uint64) << np.uint64(32)
    return Nodes(
        label=label,
        text=np.where(is_leaf, exact, label),
        back=_distance_back(exact, is_leaf),
    )


@lru_cache(maxsize=1 << 16)
def _read_label(label: str) -> tuple[int, int]:
    """A label's hash, without the spelling of a known name, which an import may choose; its tokens.

    These are the words and signs in a production, one for any other leaf, none for what joins
    lists.
    """
    parsed = parse_label(label)
    if parsed.sort is Sort.PRODUCTION:
        return hash_of(label), sum(part is not None for part in parsed.parts)
    meaning = f"{parsed.sort}{parsed.text}"
    return hash_of(meaning), int(parsed.sort not in _JOINTS)


_JOINTS = (Sort.ITEM_CELL, Sort.STATEMENT_CELL, Sort.END)


def _distance_back(exact: Words, is_leaf: NDArray[np.bool_]) -> NDArray[np.int64]:
    """For each leaf, how far before it the last leaf of the same text stands; 0 if there is none.

    Hash and index are sorted as one number, which is several times as fast as a stable sort.
    """
    leaves = np.flatnonzero(is_leaf).astype(np.uint64)
    bits = np.uint64(max(_LEAST_INDEX_BITS, len(exact).bit_length()))
    low = (np.uint64(1) << bits) - np.uint64(1)
    keys = np.sort((exact[is_leaf] & ~low) | leaves)
    same = np.flatnonzero((keys[1:] ^ keys[:-1]) <= low)
    index = (keys & low).astype(np.int64)
    back = np.zeros(len(exact), dtype=np.int64)
    back[index[same + 1]] = index[same + 1] - index[same]
    return back
