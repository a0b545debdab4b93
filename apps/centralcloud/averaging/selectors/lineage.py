"""The aggregates of a family, what each goes on from, and how they did beside local models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F, Q, Sum

from apps.centralcloud.averaging.engine.judging import METRICS
from apps.centralcloud.averaging.models import AggregateModel, Evaluation, ModelFamily
from apps.centralcloud.averaging.selectors.overview import aggregates_counted

AGGREGATES_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Course:
    """Means by the aggregate's number over the instances that compared, by held-out code.

    ``tuned`` is of those among them that tuned the aggregate further.
    """

    metric: str
    local: tuple[tuple[int, float], ...]
    aggregate: tuple[tuple[int, float], ...]
    tuned: tuple[tuple[int, float], ...]


def family_line(*, family: ModelFamily) -> list[AggregateModel]:
    """Its newest aggregates, each before what it goes on from, with ``judged`` and ``wins``."""
    return list(aggregates_counted().filter(family=family).order_by("-number")[:AGGREGATES_SHOWN])


def family_course(*, line: Sequence[AggregateModel]) -> Course | None:
    """How these aggregates of one family did; None where none was compared. One query."""
    metric = METRICS.get(line[0].family.kind, "bytes_per_token") if line else ""
    judged = Evaluation.objects.filter(
        aggregate__in=line, metric=metric, local__isnull=False, examples__gt=0
    )
    tuned = Q(personalised__isnull=False)
    rows = judged.values_list("aggregate__number").annotate(
        all=Sum("examples"),
        locals=Sum(F("local") * F("examples")),
        values=Sum(F("value") * F("examples")),
        some=Sum("examples", filter=tuned),
        tuned=Sum(F("personalised") * F("examples"), filter=tuned),
    )
    sums = list(rows.order_by("aggregate__number"))
    if not sums:
        return None
    return Course(
        metric=metric,
        local=tuple((number, local / all_) for number, all_, local, *_ in sums),
        aggregate=tuple((number, value / all_) for number, all_, _, value, *_ in sums),
        tuned=tuple((number, mean / some) for number, *_, some, mean in sums if some),
    )
