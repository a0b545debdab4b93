"""The syntax tree of one file to arrays, anonymised."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from tree_sitter import Node

from apps.singularity.patterns.engine.facts import EncodedTree, Span
from apps.singularity.patterns.engine.tree.exact import span_hashes
from apps.singularity.patterns.engine.tree.labels import ITEM, STATEMENT, parse_label
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
    labels = tuple(written.labels)
    label, start, end = (_column(one) for one in (written.label, written.start, written.end))
    arity = np.array([parse_label(text).arity for text in labels], dtype=np.int64)
    size = subtree_sizes(arity[label])
    _span_cells(labels, label, size, start, end)
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
    count = len(arity)
    place = np.arange(count)
    open_after = np.cumsum(arity - 1) + 1  # subtrees still to come; 0 after the last node
    ordered = np.sort(open_after * count + place)
    open_before = open_after - arity + 1
    ends = ordered[np.searchsorted(ordered, (open_before - 1) * count + place)]
    size: Ints = ends % count - place + 1
    return size


def _span_cells(labels: Sequence[str], label: Ints, size: Ints, start: Ints, end: Ints) -> None:
    """Let each cell of a list reach from its element to the end of the list."""
    is_cell = np.array([text in (ITEM, STATEMENT) for text in labels])[label]
    place = np.arange(len(label))
    following = np.where(is_cell, len(label) - 1, place)
    following = np.minimum.accumulate(following[::-1])[::-1]
    start[:] = start[following]
    cells = np.flatnonzero(is_cell)
    end[cells] = end[cells + size[cells] - 1]


def _column(column: array[int]) -> Ints:
    return np.frombuffer(column, dtype=np.uint32).astype(np.int64)


def _packed(column: Ints | NDArray[np.uint64]) -> bytes:
    return column.astype("<u4").tobytes()
