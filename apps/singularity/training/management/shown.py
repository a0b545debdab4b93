"""Runs and models as text for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any

from apps.shared.artifacts.display import removed_text
from apps.shared.core.templatetags.figures import duration
from apps.singularity.training.models import Model, ModelInUse, TrainingRun
from apps.singularity.training.selectors.curves import Comparison, Curve
from apps.singularity.training.selectors.facts import run_error, run_state
from apps.singularity.training.selectors.runs import run_settings

BARS = "▁▂▃▄▅▆▇█"
_WIDTH = 60


def speed_text(run: TrainingRun) -> str:
    """Loss, tokens per second and time left, as far as they are known."""
    parts = [
        f"loss {run.loss:.3f}" if run.loss is not None else "",
        f"{run.tokens_per_second:,.0f} tokens/s" if run.tokens_per_second else "",
        f"{duration(timedelta(seconds=run.seconds_left))} left" if run.seconds_left else "",
    ]
    return ", ".join(part for part in parts if part)


def metrics_text(metrics: Mapping[str, float], before: Mapping[str, float] | None = None) -> str:
    """Metrics by name, each with its value at the start where that is known."""
    said = []
    for name, value in metrics.items():
        start = (before or {}).get(name)
        was = f" (was {start:.4g})" if start is not None else ""
        said.append(f"{name} {value:.4g}{was}")
    return ", ".join(said) or "nothing measured"


def trained_text(run: TrainingRun, model: Model) -> str:
    """What a run made."""
    lines = [
        f"{model.version}: {metrics_text(model.metrics, run.before)}",
        f"  family     {model.family}",
        f"  run        {str(run.pk)[:8]}, {run.examples:,} examples, {run.device or 'no device'}",
        *(f"  note       {note}" for note in run.notes),
    ]
    return "\n".join(lines)


def curve_text(values: Sequence[float], *, width: int = _WIDTH) -> str:
    """A small curve: one bar for each of ``width`` equal parts, from the lowest to the highest."""
    if not values:
        return ""
    count = min(width, len(values))
    edges = [part * len(values) // count for part in range(count + 1)]
    means = [_mean(values[start:end]) for start, end in pairwise(edges)]
    low, high = min(means), max(means)
    span = (high - low) or 1.0
    return "".join(BARS[round((mean - low) / span * (len(BARS) - 1))] for mean in means)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def table_text(titles: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Columns as wide as their longest entry."""
    written = [[str(one) for one in row] for row in (titles, *rows)]
    widths = [max(map(len, column)) for column in zip(*written, strict=True)]
    padded = ([one.ljust(width) for one, width in zip(row, widths, strict=True)] for row in written)
    return "\n".join("  ".join(row).rstrip() for row in padded)


def runs_text(runs: Sequence[TrainingRun]) -> str:
    """A table of runs, the newest first."""
    if not runs:
        return "Nothing was trained yet: `manage.py train encoder` tunes the search on your code."
    rows = [
        (
            str(run.pk)[:8],
            run.kind,
            run.scope,
            run_state(run),
            f"{run.step:,}",
            "" if run.loss is None else f"{run.loss:.3f}",
            metrics_text(run.metrics) if run.metrics else run_error(run),
        )
        for run in runs
    ]
    return table_text(("run", "kind", "scope", "state", "step", "loss", "outcome"), rows)


def run_text(run: TrainingRun, curves: Mapping[str, Curve]) -> str:
    """One run with its settings and curves."""
    told = {
        "state": run_state(run),
        "error": run_error(run),
        "model": run.model.version if hasattr(run, "model") else "",
        "device": run.device,
        "step": f"{run.step:,}" + (f" of {run.steps:,}" if run.steps else ""),
        "speed": speed_text(run),
        "metrics": metrics_text(run.metrics, run.before) if run.metrics else "",
    }
    lines = [f"{run.kind} for {run.scope}, run {run.pk}"]
    lines += [f"  {name:<14} {value}" for name, value in told.items() if value]
    lines += [f"  {name:<14} {value}" for name, value in run_settings(run).items() if value]
    lines += [f"  {'note':<14} {note}" for note in run.notes]
    lines += [_curve_line(name, curve) for name, curve in curves.items()]
    return "\n".join(lines)


def compared_text(comparison: Comparison) -> str:
    """Two runs side by side: what differs of their settings, their metrics, their curves."""
    titles = ("", *(str(run.pk)[:8] for run in comparison.runs))
    rows: list[tuple[Any, ...]] = [(name, *pair) for name, pair in comparison.settings.items()]
    rows += [(name, *map(_number, pair)) for name, pair in comparison.metrics.items()]
    lines = [table_text(titles, rows)]
    for name, pair in comparison.curves.items():
        for title, curve in zip(titles[1:], pair, strict=True):
            lines.append(_curve_line(f"{name} {title}", curve))
    return "\n".join(lines)


def models_text(models: Sequence[Any], used: Sequence[ModelInUse]) -> str:
    """A table of models, as ``with_bundle`` gives them, and what is in use with the reason."""
    if not models:
        return "There is no model yet: `manage.py train encoder` tunes the search on your code."
    in_use = {row.model_id for row in used}
    rows = [
        (
            "*" if model.pk in in_use else "",
            model.version,
            model.kind,
            model.origin,
            metrics_text(model.metrics),
            removed_text(model.bundle_removed_at) or f"{model.size / 1e6:,.1f} MB",
        )
        for model in models
    ]
    table = table_text(("", "version", "kind", "origin", "metrics", "size"), rows)
    reasons = [f"* {row.model} for {row.scope}: {row.reason}" for row in used]
    return "\n".join([table, *reasons])


def _curve_line(name: str, curve: Curve) -> str:
    if not curve:
        return f"  {name:<14} no points"
    values = [value for _, value in curve]
    ends = f"{values[0]:.4g} to {values[-1]:.4g}, steps {curve[0][0]:,} to {curve[-1][0]:,}"
    return f"  {name:<14} {curve_text(values)} {ends}"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"
