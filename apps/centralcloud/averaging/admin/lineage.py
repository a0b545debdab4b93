"""A family's aggregates as a drawn line, and their course beside the local models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.text import capfirst

from apps.centralcloud.averaging.display import AGGREGATE_VARIANTS, METRICS
from apps.centralcloud.averaging.engine.lanes import Row, rows_of
from apps.centralcloud.averaging.models import AggregateModel, ModelFamily
from apps.centralcloud.averaging.selectors.lineage import Course, family_course, family_line
from apps.shared.dashboard.charts import Chart, Series, line_chart

LANE = 16
"""Pixels from one lane to the next."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """An aggregate, and the paths of its piece of the drawing, as high as 100 of its units."""

    model: AggregateModel
    variant: str
    paths: tuple[str, ...]
    left: int


def lineage_context(family: ModelFamily) -> dict[str, Any]:
    """What the template ``averaging/lineage.html`` shows. Two queries."""
    line = family_line(family=family)
    rows = rows_of([(one.pk, one.base_id) for one in line])
    lanes = 1 + max((lane for row in rows for lane in (row.lane, *row.passes)), default=0)
    course = family_course(line=line)
    return {
        "line": [_drawn(*pair) for pair in zip(line, rows, strict=True)],
        "line_width": lanes * LANE,
        "course": _chart(course) if course else None,
    }


def _drawn(model: AggregateModel, row: Row) -> Drawn:
    here = _middle(row.lane)
    paths = [f"M{_middle(lane)} 0V100" for lane in row.passes]
    paths += [f"M{_middle(lane)} 0C{_middle(lane)} 30 {here} 20 {here} 50" for lane in row.comes]
    paths += [f"M{here} 50V100"] if row.goes else []
    return Drawn(model, AGGREGATE_VARIANTS[model.state], tuple(paths), here)


def _middle(lane: int) -> int:
    return lane * LANE + LANE // 2


def _chart(course: Course) -> Chart:
    series = [
        Series("local models", course.local),
        Series("the fleet's", course.aggregate),
        Series("the fleet's, tuned there", course.tuned),
    ]
    title = f"{capfirst(METRICS[course.metric])} by aggregate"
    return line_chart(title, series, x="number", y_from_zero=False)
