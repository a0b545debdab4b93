"""Metrics and curves as people call them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from apps.singularity.training.models.runs import Kind
from apps.singularity.training.services.judging import METRICS

NAMES = {
    "loss": "loss",
    "tokens_per_second": "tokens/s",
    "bits_per_byte": "bits per byte",
    "mrr_at_10": "MRR@10",
    "recall_at_10": "recall@10",
    "bytes_per_token": "bytes per token",
}


def name_of(metric: str) -> str:
    """A metric or curve as people call it."""
    return NAMES.get(metric, metric.replace("_", " "))


def chief(kind: str, metrics: Mapping[str, float]) -> str:
    """The metric that a kind is judged by, as text; empty where it was not measured."""
    name = METRICS[Kind(kind)].name
    return f"{name_of(name)} {metrics[name]:.4g}" if name in metrics else ""


@dataclass(frozen=True, slots=True)
class MetricRow:
    """A metric before and after, and whether that is better, where one knows which way is."""

    name: str
    before: float | None
    after: float
    better: bool | None


def metric_rows(
    kind: str, before: Mapping[str, float], after: Mapping[str, float]
) -> list[MetricRow]:
    """All metrics of a run, the one that it is judged by first."""
    judge = METRICS[Kind(kind)]
    names = sorted(after, key=lambda name: (name != judge.name, name))
    rows = []
    for name in names:
        start = before.get(name)
        knows = name == judge.name and start is not None and start != after[name]
        better = judge.better(after[name], start) if knows and start is not None else None
        rows.append(MetricRow(name_of(name), start, after[name], better))
    return rows
