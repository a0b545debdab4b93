"""All trees of one language side by side, as arrays over their nodes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from apps.singularity.patterns.engine.facts import EncodedTree
from apps.singularity.patterns.engine.idioms.labels import HOLE, LabelBook
from apps.singularity.patterns.engine.mined import Place

Ints = NDArray[np.int32]
Words = NDArray[np.uint64]


@dataclass(frozen=True)
class Forest:
    """The trees of one language; a node is an index into the arrays, files follow one another.

    ``label`` numbers labels by ``book``; ``size`` counts the nodes of a subtree, ``parent`` and
    ``slot`` say whose child a node is and its how manieth (a root is its own parent).
    ``offset`` is the first node of each file, with one entry more.
    """

    book: LabelBook
    paths: Sequence[str]
    trees: Sequence[EncodedTree]
    spelled: Ints
    size: Ints
    offset: Ints

    @cached_property
    def label(self) -> Ints:
        """Labels with spellings left out and unknown names turned into holes."""
        return self.book.canonical[self.spelled]

    @cached_property
    def arity(self) -> Ints:
        """The number of children of each node, whatever its label was turned into."""
        return self.book.arity[self.spelled]

    @cached_property
    def _kinship(self) -> tuple[Ints, Ints]:
        parent = np.arange(len(self.size), dtype=np.int32)
        slot = np.zeros(len(self.size), dtype=np.int32)
        inner = np.flatnonzero(self.arity > 0).astype(np.int32)
        child = inner + 1
        for at in range(int(self.arity.max(initial=0))):
            parent[child], slot[child] = inner, at
            more = self.arity[inner] > at + 1
            inner, child = inner[more], (child + self.size[child])[more]
        return parent, slot

    @property
    def parent(self) -> Ints:
        """Each node's parent."""
        return self._kinship[0]

    @property
    def slot(self) -> Ints:
        """Each node's place among its siblings, from 0."""
        return self._kinship[1]

    @cached_property
    def depth(self) -> Ints:
        """The number of ancestors of each node."""
        change = np.zeros(len(self.size) + 1, dtype=np.int32)
        change[1:] += self.arity > 0
        place = np.arange(len(self.size), dtype=np.int32)
        ends = (place + self.size)[self.arity > 0]
        change -= np.bincount(ends, minlength=len(change)).astype(np.int32)
        return np.cumsum(change[:-1], dtype=np.int32)

    def files_of(self, nodes: Ints) -> Ints:
        """The index of the file in which each node stands."""
        return (np.searchsorted(self.offset, nodes, side="right") - 1).astype(np.int32)

    def exact(self, nodes: Ints) -> Words:
        """The hash of the text of each node."""
        return self._column("exact", "<u8", nodes)

    def _column(self, name: str, dtype: str, nodes: Ints) -> Words:
        """Entries of a column that stays with its file, as few nodes are ever asked for."""
        values = np.zeros(len(nodes), dtype=np.uint64)
        files = self.files_of(nodes)
        order = np.argsort(files, kind="stable")
        bounds = np.flatnonzero(np.diff(files[order], prepend=-1, append=-2))
        for low, high in zip(bounds[:-1], bounds[1:], strict=True):
            chosen = order[low:high]
            file = int(files[chosen[0]])
            column = np.frombuffer(getattr(self.trees[file], name), dtype=dtype)
            values[chosen] = column[nodes[chosen] - self.offset[file]]
        return values

    def places(self, first: Ints, last: Ints) -> Iterator[Place]:
        """From the beginning of each first node to the end of the last."""
        starts, ends = self._column("start", "<u4", first), self._column("end", "<u4", last)
        for file, start, end in zip(self.files_of(first), starts, ends, strict=True):
            newlines = np.frombuffer(self.trees[file].newlines, dtype="<u4")
            low, high = np.searchsorted(newlines, [start, max(int(end) - 1, int(start))])
            yield Place(self.paths[file], int(low) + 1, int(high) + 1)


def forest_of(book: LabelBook, files: Sequence[tuple[str, EncodedTree]]) -> Forest:
    """Put the trees of one language side by side."""
    sizes = [np.frombuffer(tree.size, dtype="<u4") for _, tree in files]
    spelled = [
        book.numbers(tree.labels)[np.frombuffer(tree.label, dtype="<u4")] for _, tree in files
    ]
    offset = np.cumsum([0, *map(len, sizes)])
    return Forest(
        book,
        [path for path, _ in files],
        [tree for _, tree in files],
        np.concatenate(spelled),
        np.concatenate(sizes).astype(np.int32),
        offset.astype(np.int32),
    )


__all__ = ["HOLE", "Forest", "forest_of"]
