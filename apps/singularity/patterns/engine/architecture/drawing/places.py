"""Where everything stands, in user units of the drawing."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from apps.singularity.patterns.engine.architecture.drawing.rows import Node, Rows
from apps.singularity.patterns.engine.architecture.model import Component

GAP, ROW_GAP, MARGIN = 18.0, 34.0, 60.0
NARROWEST = 460.0
_BEND = 10.0
_CHARACTER = 7.6
_SLIMMEST, _BROADEST = 88.0, 168.0
_LOWEST, _HIGHER = 36.0, 22.0
_PASSES = 40


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle by its centre."""

    x: float
    y: float
    width: float
    height: float

    @property
    def top(self) -> float:
        """Its upper edge."""
        return self.y - self.height / 2

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.y + self.height / 2


def boxes_of(
    rows: Rows, components: Mapping[str, Component]
) -> tuple[dict[Node, Box], float, float]:
    """A box for each node, and the width and height of all; height grows with lines of code."""
    largest = max((component.lines for component in components.values()), default=0) or 1
    sizes = {node: _size(node, components, largest) for row in rows.rows for node in row}
    x = _aligned(rows, {node: width for node, (width, _) in sizes.items()})
    left = min((x[node] - sizes[node][0] / 2 for node in x), default=0.0) - MARGIN
    right = max((x[node] + sizes[node][0] / 2 for node in x), default=0.0) + MARGIN
    slack = max(NARROWEST - (right - left), 0.0)
    left, right = left - slack / 2, right + slack / 2
    boxes: dict[Node, Box] = {}
    top = GAP
    for row in rows.rows:
        height = max(sizes[node][1] for node in row)
        for node in row:
            width, own = sizes[node]
            boxes[node] = Box(x[node] - left, top + height / 2, width, own)
        top += height + ROW_GAP
    return boxes, right - left, top - ROW_GAP + GAP


def _size(node: Node, components: Mapping[str, Component], largest: int) -> tuple[float, float]:
    component = components.get(node[0])
    if component is None:
        return _BEND, 0.0
    text = max(len(component.label), 9)
    width = min(max(text * _CHARACTER + 18, _SLIMMEST), _BROADEST)
    return width, _LOWEST + _HIGHER * math.sqrt(component.lines / largest)


def _aligned(rows: Rows, width: Mapping[Node, float]) -> dict[Node, float]:
    """Horizontal centres: near those a node is connected to, in order and without overlap."""
    x: dict[Node, float] = {}
    for row in rows.rows:
        x |= _packed(row, dict.fromkeys(row, 0.0), width)
    near: dict[Node, list[Node]] = {}
    for line in rows.lines:
        if not line.implied:
            for one, other in pairwise(line.bends):
                near.setdefault(one, []).append(other)
                near.setdefault(other, []).append(one)
    for sweep in range(_PASSES):
        for row in rows.rows if sweep % 2 else rows.rows[::-1]:
            wished = {n: _mean([x[o] for o in near.get(n, ())], 0.0) for n in row}
            x |= _packed(row, wished, width)
    return x


def _packed(
    row: Sequence[Node], wished: Mapping[Node, float], width: Mapping[Node, float]
) -> dict[Node, float]:
    """As near to the wished places as order and gaps allow: mean of packing from both sides."""
    offsets = {}
    edge = 0.0
    for node in row:
        offsets[node] = edge + width[node] / 2
        edge += width[node] + GAP
    # In coordinates less the offsets, "no overlap" is "not decreasing": pool what decreases.
    pools: list[tuple[float, list[Node]]] = []
    for node in row:
        pool, members = wished[node] - offsets[node], [node]
        while pools and pools[-1][0] > pool:
            before, others = pools.pop()
            total = before * len(others) + pool * len(members)
            members = [*others, *members]
            pool = total / len(members)
        pools.append((pool, members))
    return {node: at + offsets[node] for at, members in pools for node in members}


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
