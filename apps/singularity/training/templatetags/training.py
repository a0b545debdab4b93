"""States, metrics and sizes as text."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import template

from apps.shared.core.templatetags.figures import duration
from apps.singularity.training.display.names import chief, name_of
from apps.singularity.training.models import TrainingRun
from apps.singularity.training.selectors.facts import run_error, run_state

register = template.Library()
register.filter("state_of", run_state)
register.filter("error_of", run_error)
register.filter("metric_name", name_of)


@register.filter
def chief_metric(row: Any) -> str:
    """The metric that a run or model is judged by."""
    return chief(row.kind, row.metrics)


@register.filter
def number(value: float | None) -> str:
    """Four significant digits; empty for none."""
    return "" if value is None else f"{value:,.4g}" if abs(value) < 10_000 else f"{value:,.0f}"


@register.filter
def megabytes(size: int) -> str:
    """Bytes as megabytes."""
    return f"{size / 1e6:,.1f} MB"


@register.filter
def left(run: TrainingRun) -> str:
    """How long a run still takes."""
    return "" if run.seconds_left is None else duration(timedelta(seconds=run.seconds_left))
