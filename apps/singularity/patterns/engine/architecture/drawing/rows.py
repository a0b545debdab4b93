"""Which row each component stands in, and in which order.

Layered drawing after Sugiyama, Tagawa and Toda, "Methods for visual understanding of hierarchical
system structures", 1981: rows by the longest path, bends for lines that pass a row, and the order
in each row by the barycentre of what a node is connected to above and below.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from apps.singularity.patterns.engine.architecture.model import ModuleGraph

WIDEST = 5
"""Components side by side; a layer with more takes several rows."""
_SWEEPS = 12
Node = tuple[str, int]
"""A component at its own row, or the bend of a line (named by its ends) in a row it passes."""


@dataclass(frozen=True, slots=True)
class Line:
    """A dependency as drawn: ``bends`` are the places it passes, its ends included.

    ``implied`` is one that a longer way through other components implies as well; ``upward`` one
    against the direction of the others.
    """

    source: str
    target: str
    bends: tuple[Node, ...]
    implied: bool
    upward: bool


@dataclass(frozen=True, slots=True)
class Rows:
    """Nodes of each row from the top, in order, and the lines between them."""

    rows: tuple[tuple[Node, ...], ...]
    lines: tuple[Line, ...]


def rows_of(graph: ModuleGraph) -> Rows:
    """The graph's components in rows: what depends on others stands above them."""
    row = _row_of(graph)
    edges = [(d.source, d.target) for d in graph.component_dependencies]
    down = {edge for edge in edges if row[edge[0]] < row[edge[1]]}
    direct = _reduced(down)
    lines = tuple(_line(edge, row, down=edge in down, direct=edge in direct) for edge in edges)
    nodes: list[list[Node]] = [[] for _ in range(max(row.values(), default=-1) + 1)]
    for path in sorted(row):
        nodes[row[path]].append((path, row[path]))
    for line in lines:
        for bend in line.bends[1:-1]:
            nodes[bend[1]].append(bend)
    return Rows(_ordered(nodes, lines), lines)


def _row_of(graph: ModuleGraph) -> dict[str, int]:
    """Row of each component, the highest layer first, a wide one in several rows."""
    layers: dict[int, list[str]] = {}
    for component in graph.components:
        layers.setdefault(component.layer, []).append(component.path)
    row: dict[str, int] = {}
    below = 0
    for layer in sorted(layers, reverse=True):
        paths = sorted(layers[layer])
        height = -(-len(paths) // WIDEST)
        for place, path in enumerate(paths):
            row[path] = below + place * height // len(paths)
        below += height
    return row


def _reduced(edges: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """The transitive reduction of edges without cycles: those that no longer way implies."""
    successors: dict[str, set[str]] = {}
    for source, target in edges:
        successors.setdefault(source, set()).add(target)
    reached: dict[str, set[str]] = {}
    for node in _leaves_first(successors):
        below = successors.get(node, set())
        reached[node] = below.union(*(reached[following] for following in below))
    return {
        (source, target)
        for source, target in edges
        if not any(target in reached[other] for other in successors[source] if other != target)
    }


def _leaves_first(successors: Mapping[str, set[str]]) -> list[str]:
    order: dict[str, None] = {}
    pending = sorted(successors, reverse=True)
    while pending:
        node = pending[-1]
        open_ones = [n for n in sorted(successors.get(node, ())) if n not in order]
        if open_ones and node not in order:
            pending.extend(open_ones)
        else:
            order.setdefault(pending.pop())
    return list(order)


def _line(edge: tuple[str, str], row: Mapping[str, int], *, down: bool, direct: bool) -> Line:
    source, target = edge
    passed = range(row[source] + 1, row[target]) if direct else range(0)
    bends = [(source, row[source]), *((f"{source}>{target}", at) for at in passed)]
    return Line(source, target, (*bends, (target, row[target])), not direct, not down)


def _ordered(rows: Sequence[list[Node]], lines: Sequence[Line]) -> tuple[tuple[Node, ...], ...]:
    """Sweep down and up; each row by the mean place of its neighbours in the row before."""
    near: dict[Node, list[Node]] = {}
    for line in lines:
        if not line.implied:
            for one, other in pairwise(line.bends):
                near.setdefault(one, []).append(other)
                near.setdefault(other, []).append(one)
    ordered = [list(row) for row in rows]
    for sweep in range(_SWEEPS):
        places = range(len(ordered)) if sweep % 2 == 0 else range(len(ordered) - 1, -1, -1)
        step = -1 if sweep % 2 == 0 else 1
        for at in places:
            beside = ordered[at + step] if 0 <= at + step < len(ordered) else []
            _sort(ordered[at], beside, near)
    return tuple(tuple(row) for row in ordered)


def _sort(row: list[Node], beside: Sequence[Node], near: Mapping[Node, Sequence[Node]]) -> None:
    place = {node: (at + 0.5) / len(beside) for at, node in enumerate(beside)}
    own = {node: (at + 0.5) / len(row) for at, node in enumerate(row)}

    def barycentre(node: Node) -> float:
        places = [place[other] for other in near.get(node, ()) if other in place]
        return sum(places) / len(places) if places else own[node]

    row.sort(key=lambda node: (barycentre(node), own[node], node))
