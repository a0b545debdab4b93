"""What a chart is once it is drawn: places in a square of 1,000 units, and what is said of them.

The drawing is stretched to the width of its box; strokes and markers keep their size, and all
text stands beside it as HTML, so that it reads the same on a telephone and on a wide screen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

SIDE = 1000.0
"""Width and height of a drawing, in its own units."""


@dataclass(frozen=True, slots=True)
class Series:
    """A named line: points of (number or moment, value); values that are no number are left out."""

    name: str
    points: Sequence[tuple[float | datetime, float]]


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark of an axis: where, in percent of its length, and what it says.

    ``edge`` is ``start`` or ``end`` where the text would else leave the drawing.
    """

    percent: float
    text: str
    edge: str = ""

    @property
    def place(self) -> float:
        """The same in the drawing's units."""
        return round(self.percent * SIDE / 100, 1)


@dataclass(frozen=True, slots=True)
class Point:
    """A point to hover over, and what it says."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A series as a path; ``style`` chooses colour, dashes and marker."""

    name: str
    path: str
    points: tuple[Point, ...]
    style: int
    last: str
    lone: bool

    @property
    def marks(self) -> SafeString:
        """Its points, each with what it says on hovering."""
        kind = "chart-point chart-lone" if self.lone else "chart-point"
        return format_html_join(
            "",
            '<path class="{}" d="M{} {}h0"><title>{}</title></path>',
            ((kind, f"{point.x:g}", f"{point.y:g}", point.text) for point in self.points),
        )


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: its label, its value as text, and its length in percent of the longest."""

    label: str
    text: str
    percent: float
    negative: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """The numbers of a chart; ``left_out`` rows of it stand for nothing that the rows do not."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart for ``{% chart %}``: lines over two axes, or bars; with neither it is empty."""

    title: str
    said: str
    table: Table
    unit: str = ""
    lines: tuple[Line, ...] = ()
    bars: tuple[Bar, ...] = ()
    x_ticks: tuple[Tick, ...] = ()
    y_ticks: tuple[Tick, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not self.lines and not self.bars
