"""A curve over steps as the paths of an SVG, which a page can renew as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from apps.singularity.training.selectors.curves import Curve

WIDTH, HEIGHT, MARGIN = 600.0, 160.0, 6.0
SHOWN = 400
"""Points of a line: more than a screen tells apart."""


@dataclass(frozen=True, slots=True)
class Line:
    """One path, and what it ends at."""

    title: str
    path: str
    first: float
    last: float


@dataclass(frozen=True, slots=True)
class Chart:
    """Lines over one pair of axes: ``low`` to ``high``, the first step to the last."""

    name: str
    lines: tuple[Line, ...]
    low: float
    high: float
    begin: int
    end: int
    width: int = int(WIDTH)
    height: int = int(HEIGHT)

    @property
    def said(self) -> str:
        """What it shows, in words."""
        lines = (
            f"{one.title} from {one.first:.4g} to {one.last:.4g}".strip() for one in self.lines
        )
        return f"{self.name}: {', '.join(lines)}, steps {self.begin:,} to {self.end:,}"


def chart(name: str, curves: Sequence[tuple[str, Curve]]) -> Chart | None:
    """Draw curves (title and points) together; none where there is no point."""
    drawn = [(title, _thinned(curve)) for title, curve in curves if curve]
    if not drawn:
        return None
    steps = [step for _, curve in drawn for step, _ in curve]
    values = [value for _, curve in drawn for _, value in curve]
    begin, end, low, high = min(steps), max(steps), min(values), max(values)

    def place(step: int, value: float) -> str:
        across = (step - begin) / ((end - begin) or 1)
        up = (value - low) / ((high - low) or 1)
        return f"{WIDTH * across:.1f} {MARGIN + (HEIGHT - 2 * MARGIN) * (1 - up):.1f}"

    lines = tuple(
        Line(title, "M" + "L".join(place(*point) for point in curve), curve[0][1], curve[-1][1])
        for title, curve in drawn
    )
    return Chart(name, lines, low, high, begin, end)


def _thinned(curve: Curve) -> Curve:
    """At most about ``SHOWN`` points, the last among them."""
    every = -(-len(curve) // SHOWN)
    thin = curve[::every]
    return thin if thin[-1] == curve[-1] else [*thin, curve[-1]]
