"""The one walk over a syntax tree that writes down its nodes in preorder."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from tree_sitter import Node

from apps.singularity.patterns.engine.facts import Span
from apps.singularity.patterns.engine.tree.labels import (
    FOLDED,
    IDENTIFIER,
    ITEM,
    ITEMS_END,
    REST,
    STATEMENT,
    STATEMENTS_END,
    name,
)
from apps.singularity.patterns.engine.tree.shapes import Shape
from apps.singularity.patterns.engine.tree.table import Table

MAX_NODES = 2_000_000
"""Of one file; of what stands behind, only that it is there is written down."""
MAX_ITEMS = 16
"""Elements of a list of items that are looked at: tables of data are no idioms."""
MAX_SPELLING = 80
"""Characters of a known name's spelling; of a longer one only the last part is kept."""

_ITEM_CELL, _STATEMENT_CELL, _ITEMS_END, _STATEMENTS_END, _LIST_CUT = range(5)
_KIND = attrgetter("kind_id")
_LABELS = (ITEM, STATEMENT, ITEMS_END, STATEMENTS_END, REST)
_MARKS = len(_LABELS)
"""The work list holds nodes, and marks: a byte offset times ``_MARKS``, plus what comes there."""


@dataclass(slots=True)
class Written:
    """The nodes in preorder; ``labels`` numbers their labels, the arrays have one entry a node."""

    labels: dict[str, int] = field(default_factory=dict)
    label: array[int] = field(default_factory=lambda: array("I"))
    start: array[int] = field(default_factory=lambda: array("I"))
    end: array[int] = field(default_factory=lambda: array("I"))


def walk(root: Node, source: bytes, table: Table, resolved: Mapping[Span, str]) -> Written:
    """Write down the nodes below ``root``.

    Iterative, as trees may be deeper than any stack. All in one function, as it runs once for
    each node of a code base: a call for each node costs a third of parsing.
    """
    written = Written()
    labels, leaves, shapes = written.labels, table.leaves, table.shapes
    add_label, add_start, add_end = (
        column.append for column in (written.label, written.start, written.end)
    )
    initials = table.initials
    known_names = resolved.get
    folded = ""
    work: list[Node | int] = [root]
    while work:
        node = work.pop()
        if isinstance(node, int):
            start, mark = divmod(node, _MARKS)
            end, label = start, _LABELS[mark]
        else:
            start, end, kind = node.start_byte, node.end_byte, node.kind_id
            known = leaves.get(kind)
            label = table.leaf(kind, node.type) if known is None else known
            qualified = known_names((start, end))
            if qualified is not None:
                label = name(qualified, _spelling(source[start:end]))
            elif label:
                if start < end and source[start] in initials and label[0] == IDENTIFIER:
                    label = table.word_or(label, source[start:end])
            elif len(written.label) > MAX_NODES:
                label = REST
            elif children := node.children:
                key = (folded, kind, *map(_KIND, children))
                shape = shapes.get(key) or table.shape(key, node.type, children)
                _enter(shape, children, work, end)
                if not shape.label:
                    folded = f"{folded}{node.type}{FOLDED}" if shape.tail is None else ""
                    continue
                label = shape.label
            else:
                label = table.childless(node.type, source[start:end])
        folded = ""
        number = labels.get(label)
        if number is None:
            number = labels[label] = len(labels)
        add_label(number)
        add_start(start)
        add_end(end)
    return written


def _enter(shape: Shape, children: Sequence[Node], work: list[Node | int], end: int) -> None:
    """Put what is below a node on the work list, the first on top; ``end`` is the node's."""
    slots = shape.slots
    if shape.tail is None:
        work += [children[at] for at in shape.backwards]
    else:
        elements = slots[shape.tail :]
        slots = slots[: shape.tail]
        mark, last = _ITEM_CELL, _ITEMS_END
        if elements:
            end = children[elements[-1]].end_byte
        if shape.statements:
            mark, last = _STATEMENT_CELL, _STATEMENTS_END
        elif len(elements) > MAX_ITEMS:
            elements, last = elements[:MAX_ITEMS], _LIST_CUT
        work.append(end * _MARKS + last)
        for at in reversed(elements):
            work.append(children[at])
            work.append(mark)
        work += [children[at] for at in reversed(slots)]


def _spelling(text: bytes) -> str:
    """How a known name is written, without spaces; of a long expression only the end."""
    return "".join(text.decode(errors="replace").split())[-MAX_SPELLING:]
