"""The curves of runs, and two runs side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from apps.singularity.training.models import TrainingPoint, TrainingRun
from apps.singularity.training.selectors.runs import run_settings

Curve = list[tuple[int, float]]
"""Steps and values, from the first step on."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs: settings in which they differ, metrics of either, and curves, each as a pair."""

    runs: tuple[TrainingRun, TrainingRun]
    settings: dict[str, tuple[Any, Any]]
    metrics: dict[str, tuple[float | None, float | None]]
    curves: dict[str, tuple[Curve, Curve]]


def curves_of(*, runs: Sequence[TrainingRun]) -> dict[Any, dict[str, Curve]]:
    """The curves of each run, by the run's id and the curve's name; one query for all."""
    curves: dict[Any, dict[str, Curve]] = {run.pk: {} for run in runs}
    points = TrainingPoint.objects.filter(run__in=list(curves)).order_by("run_id", "name", "step")
    for run_id, name, step, value in points.values_list("run_id", "name", "step", "value"):
        curves[run_id].setdefault(name, []).append((step, value))
    return curves


def points_after(*, run: TrainingRun, step: int) -> QuerySet[TrainingPoint]:
    """The points of a run at later steps, by name and step."""
    return run.points.filter(step__gt=step).order_by("name", "step")


def runs_compare(*, one: TrainingRun, other: TrainingRun) -> Comparison:
    """Lay two runs side by side."""
    first, second = run_settings(one), run_settings(other)
    names = list(dict.fromkeys([*first, *second]))
    curves = curves_of(runs=[one, other])
    mine, its = curves[one.pk], curves[other.pk]
    return Comparison(
        runs=(one, other),
        settings={
            name: (first.get(name), second.get(name))
            for name in names
            if first.get(name) != second.get(name)
        },
        metrics={
            name: (one.metrics.get(name), other.metrics.get(name))
            for name in dict.fromkeys([*one.metrics, *other.metrics])
        },
        curves={
            name: (mine.get(name, []), its.get(name, [])) for name in dict.fromkeys([*mine, *its])
        },
    )
