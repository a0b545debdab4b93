"""Lines over time or over numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Literal

from apps.shared.dashboard.charts.chart import SIDE, Chart, Line, Point, Series, Table, Tick
from apps.shared.dashboard.charts.scales import (
    Scale,
    mark_text,
    moment_text,
    number_scale,
    number_text,
    time_scale,
    time_text,
    value_scale,
)
from apps.shared.dashboard.charts.thinning import Place, thinned

MOST_POINTS = 300
"""Points of one line: as many as a narrow screen has pixels for."""
MOST_ROWS = 50
"""Rows of the table below a chart."""
STYLES = 6
"""Colours that can be told apart; the seventh line has the first one's again."""


def line_chart(
    title: str,
    series: Sequence[Series],
    *,
    unit: str = "",
    x: Literal["time", "number"] = "time",
    y_from_zero: bool = True,
) -> Chart:
    """Draw series over one pair of axes.

    Args:
        title: the chart's name.
        series: one line each, in any order of points; those without a point are left out.
        unit: of the values: ``bits``, ``messages/min``.
        x: whether points lie at moments (shown in UTC) or at numbers such as steps.
        y_from_zero: whether the upright axis begins at zero; a loss curve's need not.
    """
    known = [(one.name, _places(one)) for one in series]
    known = [(name, thinned(places, MOST_POINTS)) for name, places in known if places]
    if not known:
        return Chart(title, f"{title}: nothing yet", Table((), ()), unit)
    across = _axis(x)([at for _, places in known for at, _ in places])
    up = value_scale([v for _, places in known for _, v in places], from_zero=y_from_zero)
    draw = _Drawing(across, up, unit, x)
    lines = tuple(draw.line(name, places, n) for n, (name, places) in enumerate(known))
    said = f"{title}: {', '.join(draw.said(*one) for one in known)}"
    return Chart(
        title, said, _table(known, x), unit, lines, x_ticks=draw.x_ticks(), y_ticks=draw.y_ticks()
    )


def _axis(x: str) -> Callable[[Sequence[float]], Scale]:
    return time_scale if x == "time" else number_scale


def _places(series: Series) -> list[Place]:
    places = [
        (at.timestamp() if isinstance(at, datetime) else float(at), float(value))
        for at, value in series.points
        if value is not None
    ]
    return sorted(place for place in places if math.isfinite(place[0]) and math.isfinite(place[1]))


def _x_text(at: float, x: str) -> str:
    return moment_text(at) if x == "time" else number_text(at)


class _Drawing:
    """Points of both axes' units as places of the drawing."""

    def __init__(self, across: Scale, up: Scale, unit: str, x: str) -> None:
        self.across, self.up, self.unit, self.x = across, up, unit, x

    def place(self, at: float, value: float) -> tuple[float, float]:
        return round(SIDE * self.across.share(at), 1), round(SIDE * (1 - self.up.share(value)), 1)

    def value(self, value: float) -> str:
        return f"{number_text(value)} {self.unit}".strip()

    def line(self, name: str, places: Sequence[Place], number: int) -> Line:
        points = tuple(self.point(name, place) for place in places)
        path = "M" + "L".join(f"{point.x:g} {point.y:g}" for point in points)
        last = number_text(places[-1][1])
        return Line(name, path, points, number % STYLES + 1, last, len(points) == 1)

    def point(self, name: str, place: Place) -> Point:
        text = f"{_x_text(place[0], self.x)}: {self.value(place[1])}"
        return Point(*self.place(*place), f"{name}, {text}" if name else text)

    def said(self, name: str, places: Sequence[Place]) -> str:
        first, last = self.value(places[0][1]), self.value(places[-1][1])
        return f"{name} {first if len(places) == 1 else f'from {first} to {last}'}".strip()

    def x_ticks(self) -> tuple[Tick, ...]:
        step = self.across.step
        say = time_text if self.x == "time" else mark_text
        return tuple(_tick(100 * self.across.share(m), say(m, step)) for m in self.across.marks())

    def y_ticks(self) -> tuple[Tick, ...]:
        step = self.up.step
        return tuple(
            Tick(round(100 * (1 - self.up.share(mark)), 2), mark_text(mark, step))
            for mark in self.up.marks()
        )


def _tick(percent: float, text: str) -> Tick:
    return Tick(round(percent, 2), text, "start" if percent < 8 else "end" if percent > 92 else "")


def _table(known: Sequence[tuple[str, list[Place]]], x: str) -> Table:
    """A row for each place where a line has a point, at most ``MOST_ROWS`` of each."""
    columns = [dict(thinned(places, MOST_ROWS)) for _, places in known]
    every = sorted({at for column in columns for at in column})
    all_rows = len({at for _, places in known for at, _ in places})
    full = [dict(places) for _, places in known]
    rows = tuple(
        (_x_text(at, x), *(number_text(one[at]) if at in one else "" for one in full))
        for at in every
    )
    head = "Time (UTC)" if x == "time" else "At"
    names = (name or "Value" for name, _ in known)
    return Table((head, *names), rows, all_rows - len(rows))
