"""All trees of one language side by side, as arrays over their nodes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from apps.singularity.patterns.engine.facts import EncodedTree
from apps.singularity.patterns.engine.idioms.labels import BARRIER, STATEMENT_ID, LabelBook
from apps.singularity.patterns.engine.mined import Place

Ints = NDArray[np.int32]
Hashes = NDArray[np.uint32]


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
        """Labels with spellings left out, unknown names turned into holes, and barriers set.

        A run of statements ends before and after each definition.
        """
        label = self.book.canonical[self.spelled]
        parent, slot = self._kinship
        cells = np.flatnonzero((label == STATEMENT_ID) & (slot == 1)).astype(np.int32)
        cells = cells[label[parent[cells]] == STATEMENT_ID]
        is_definition = self.book.is_definition
        beside = is_definition[label[cells + 1]] | is_definition[label[parent[cells] + 1]]
        label[cells[beside]] = BARRIER
        return label

    @cached_property
    def barriers(self) -> Ints:
        """For each node the number of barriers among its ancestors, itself included."""
        return self._passed(self.label == BARRIER)

    def _passed(self, marked: NDArray[np.bool_]) -> Ints:
        """For each node how many of its ancestors, itself included, are marked."""
        change = np.zeros(len(self.size) + 1, dtype=np.int32)
        change[:-1] += marked
        nodes = np.flatnonzero(marked)
        change -= np.bincount(nodes + self.size[nodes], minlength=len(change)).astype(np.int32)
        return np.cumsum(change[:-1], dtype=np.int32)

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
        inner = self.arity > 0
        return self._passed(inner) - inner

    def files_of(self, nodes: Ints) -> Ints:
        """The index of the file in which each node stands."""
        return (np.searchsorted(self.offset, nodes, side="right") - 1).astype(np.int32)

    @cached_property
    def exact(self) -> Hashes:
        """The hash of the text of each node."""
        return np.concatenate([np.frombuffer(tree.exact, dtype="<u4") for tree in self.trees])

    def place(self, first: int, last: int) -> Place:
        """From the beginning of one node to the end of another one of the same file."""
        file = int(np.searchsorted(self.offset, first, side="right")) - 1
        tree, offset = self.trees[file], int(self.offset[file])
        start = np.frombuffer(tree.start, dtype="<u4")[first - offset]
        end = np.frombuffer(tree.end, dtype="<u4")[last - offset]
        newlines = np.frombuffer(tree.newlines, dtype="<u4")
        low, high = np.searchsorted(newlines, [start, max(end - 1, start)]).tolist()
        return Place(self.paths[file], low + 1, high + 1)


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
