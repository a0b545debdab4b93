"""Lines as curves."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from apps.singularity.patterns.engine.architecture.drawing.places import Box
from apps.singularity.patterns.engine.architecture.drawing.rows import Line, Node

Point = tuple[float, float]
_STRAIGHT = 2
_NEAREST, _STEEPNESS = 14.0, 6.0


def path_of(line: Line, boxes: Mapping[Node, Box], width: float) -> str:
    """The curve of a line: down from box to box, up along the side; ``width`` is the drawing's."""
    start, end = boxes[line.bends[0]], boxes[line.bends[-1]]
    if line.upward:
        return _aside(start, end, -1, 0)
    if line.implied:
        return _aside(start, end, 1, width)
    passed = ((boxes[bend].x, boxes[bend].y) for bend in line.bends[1:-1])
    points = [(start.x, start.bottom), *passed, (end.x, end.top)]
    return _through(points)


def _through(points: list[Point]) -> str:
    """A smooth curve: vertical at its ends, in between along its neighbours (Catmull-Rom)."""
    slopes = [
        (0.0, points[1][1] - points[0][1]),
        *(((z - x) / 2, (w - y) / 2) for (x, y), (z, w) in zip(points, points[2:], strict=False)),
        (0.0, points[-1][1] - points[-2][1]),
    ]
    written = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    for place, ((x, y), (to_x, to_y)) in enumerate(pairwise(points)):
        (out_x, out_y), (in_x, in_y) = slopes[place], slopes[place + 1]
        share = 2 if len(points) == _STRAIGHT else 3
        written.append(
            f"C{x + out_x / share:.1f} {y + out_y / share:.1f} "
            f"{to_x - in_x / share:.1f} {to_y - in_y / share:.1f} {to_x:.1f} {to_y:.1f}"
        )
    return "".join(written)


def _aside(start: Box, end: Box, side: int, border: float) -> str:
    """From a side of one box to the same side of the other, wider the farther they are apart.

    A cubic curve comes three quarters of the way to its control points, so these may lie on the
    border.
    """
    x, to_x = start.x + side * start.width / 2, end.x + side * end.width / 2
    farthest = max(x, to_x) if side > 0 else min(x, to_x)
    reach = min(_NEAREST + abs(end.y - start.y) / _STEEPNESS, abs(border - farthest))
    outer = farthest + side * reach
    return (
        f"M{x:.1f} {start.y:.1f}C{outer:.1f} {start.y:.1f} {outer:.1f} {end.y:.1f} "
        f"{to_x:.1f} {end.y:.1f}"
    )
