"""What instances measured of an aggregate."""

from __future__ import annotations

from apps.centralcloud.averaging.engine.judging import METRICS, Judged, weights_of
from apps.centralcloud.averaging.models import AggregateModel, Evaluation


def judges_of(aggregate: AggregateModel) -> list[Judged]:
    """Each instance's measure by its kind's metric, beside what it is compared with.

    That is the first of these that is known: the aggregate that the instance used before, on the
    same code at the same time; what it had measured of the predecessor; its local model.
    """
    former = aggregate.base.evaluations.all() if aggregate.base else Evaluation.objects.none()
    known = {(one.instance, one.metric): one.value for one in former}
    return [
        Judged(
            metric=one.metric,
            value=one.value,
            before=_first(one.former, known.get((one.instance, one.metric)), one.local),
            examples=one.examples,
        )
        for one in aggregate.evaluations.filter(metric=METRICS.get(aggregate.family.kind, ""))
    ]


def means_of(aggregate: AggregateModel) -> dict[str, float]:
    """Means over the fleet, weighted as judges are, of what was measured beside it."""
    rows = list(aggregate.evaluations.all())
    found: dict[str, float] = {"instances": float(len({row.instance for row in rows}))}
    for metric in sorted({row.metric for row in rows}):
        same = [row for row in rows if row.metric == metric]
        found[metric] = _mean([(row.value, row.examples) for row in same])
        local = [(row.local, row.examples) for row in same if row.local is not None]
        if local:
            found[f"local_{metric}"] = _mean(local)
    return found if rows else {}


def _mean(pairs: list[tuple[float, int]]) -> float:
    weights = weights_of([count for _, count in pairs])
    whole = sum(weights)
    return sum(value * (weight / whole) for (value, _), weight in zip(pairs, weights, strict=True))


def _first(*values: float | None) -> float | None:
    return next((value for value in values if value is not None), None)
