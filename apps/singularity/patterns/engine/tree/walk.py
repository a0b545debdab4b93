"""The one walk over a syntax tree that writes down its nodes in preorder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter, itemgetter

from tree_sitter import Node

from apps.singularity.patterns.engine.facts import Span
from apps.singularity.patterns.engine.tree.labels import IDENTIFIER, REST, name
from apps.singularity.patterns.engine.tree.shapes import Mark, Shape
from apps.singularity.patterns.engine.tree.table import Table

MAX_NODES = 2_000_000
"""Of one file; of what stands behind, only that it is there is written down."""
MAX_SPELLING = 80
"""Characters of a known name's spelling; of a longer one only the last part is kept."""

_KIND = attrgetter("kind_id")

Work = Node | Mark
"""What is still to come: a node, or what is written down as it stands."""


@dataclass(slots=True)
class Written:
    """The nodes in preorder; the spans of cells of lists are not known yet."""

    labels: list[str] = field(default_factory=list)
    start: list[int] = field(default_factory=list)
    end: list[int] = field(default_factory=list)


def walk(root: Node, source: bytes, table: Table, resolved: Mapping[Span, str]) -> Written:
    """Write down the nodes below ``root``.

    Iterative, as trees may be deeper than any stack. All in one function, as it runs once for
    each node of a code base: a call for each node costs a third of parsing.
    """
    written = Written()
    labels, leaves, shapes = written.labels, table.leaves, table.shapes
    starts, ends = written.start, written.end
    initials, name_starts = table.initials, set(map(itemgetter(0), resolved))
    folded = ""
    work: list[Work] = [root]
    pop = work.pop
    while work:
        node = pop()
        if not isinstance(node, Node):
            label, end = node
            labels.append(label)
            starts.append(end)
            ends.append(end)
            continue
        start, end, kind = node.start_byte, node.end_byte, node.kind_id
        if start in name_starts and (start, end) in resolved:
            label = name(resolved[start, end], _spelling(source[start:end]))
        elif label := leaves[kind]:
            may_be_word = start < end and source[start] in initials and label[0] == IDENTIFIER
            label = table.word_or(label, source[start:end]) if may_be_word else label
        elif len(labels) > MAX_NODES:
            label = REST
        elif children := node.children:
            key = (folded, kind, *map(_KIND, children))
            shape = shapes.get(key) or table.shape(key, node.type, children)
            if shape.tail is not None:
                _enter_list(shape, children, work, end)
            work += shape.entered(children)
            label = shape.label
            if not label:
                folded = shape.folded
                continue
        else:
            label = table.childless(node.type, source[start:end])
        folded = ""
        labels.append(label)
        starts.append(start)
        ends.append(end)
    return written


def _enter_list(shape: Shape, children: Sequence[Node], work: list[Work], end: int) -> None:
    """Put the list below a node on the work list, what ends it first; ``end`` is the node's."""
    elements = shape.elements(children)
    if elements:
        end = children[shape.slots[-1]].end_byte
    work.append((shape.ending, end))
    cells: list[Work] = [shape.cell] * (2 * len(elements))
    cells[::2] = elements
    work += cells


def _spelling(text: bytes) -> str:
    """How a known name is written, without spaces; of a long expression only the end."""
    return "".join(text.decode(errors="replace").split())[-MAX_SPELLING:]
