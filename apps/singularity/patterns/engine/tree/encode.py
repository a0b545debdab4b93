"""The syntax tree of one file to arrays, anonymised."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import count

import numpy as np
from numpy.typing import NDArray
from tree_sitter import Node

from apps.singularity.patterns.engine.facts import EncodedTree, Span
from apps.singularity.patterns.engine.tree.exact import span_hashes
from apps.singularity.patterns.engine.tree.labels import ITEM, STATEMENT, arity_of
from apps.singularity.patterns.engine.tree.table import table_of
from apps.singularity.patterns.engine.tree.walk import walk

Ints = NDArray[np.int64]


def encode(
    root: Node, source: bytes, *, language: str, resolved: Mapping[Span, str]
) -> EncodedTree:
    """The encoded tree of a file; ``source`` is what ``root`` was parsed from.

    An expression in ``resolved`` becomes one leaf with its qualified name. Comments, docstrings,
    names and the values of literals are left out; ``labels`` says how labels are written.
    """
    written = walk(root, source, table_of(language), resolved)
    numbers: defaultdict[str, int] = defaultdict(count().__next__)
    label = _column(map(numbers.__getitem__, written.labels))
    labels = tuple(numbers)
    arity = np.array(list(map(arity_of, labels)), dtype=np.int64)
    size = subtree_sizes(arity[label])
    is_cell = np.array([text in (ITEM, STATEMENT) for text in labels])[label]
    start, end = _column(written.start), _column(written.end)
    _span_cells(is_cell, size, start, end)
    newlines = np.flatnonzero(np.frombuffer(source, dtype=np.uint8) == ord("\n"))
    return EncodedTree(
        labels=labels,
        label=_packed(label),
        size=_packed(size),
        start=_packed(start),
        end=_packed(end),
        exact=_packed(span_hashes(source, start, end) >> np.uint64(32)),
        newlines=_packed(newlines),
    )


def subtree_sizes(arity: Ints) -> Ints:
    """The number of nodes of each subtree, given the number of children in preorder.

    A running count of children still to come falls by one below its value before a node just
    where the node's subtree ends; sorting by that count and place finds all ends at once.
    """
    nodes = len(arity)
    inner = np.flatnonzero(arity)
    open_after = np.cumsum(arity - 1) + 1  # subtrees still to come; 0 after the last node
    ordered = open_after * nodes + np.arange(nodes)
    ordered.sort()
    sought = (open_after[inner] - arity[inner]) * nodes + inner
    ends = ordered[ordered.searchsorted(sought)]
    size: Ints = np.ones(nodes, dtype=np.int64)
    size[inner] = ends % nodes - inner + 1
    return size


def _span_cells(is_cell: NDArray[np.bool_], size: Ints, start: Ints, end: Ints) -> None:
    """Let each cell of a list reach from its element to the end of the list."""
    cells = np.flatnonzero(is_cell)
    others = np.flatnonzero(~is_cell)
    start[cells] = start[others[np.searchsorted(others, cells)]]
    end[cells] = end[cells + size[cells] - 1]


def _column(numbers: Iterable[int]) -> Ints:
    return np.array(array("I", numbers)).astype(np.int64)


def _packed(column: Ints | NDArray[np.uint64]) -> bytes:
    return column.astype("<u4").tobytes()
