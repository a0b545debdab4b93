"""What the first page shows of averaging."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Case, Count, F, Q, QuerySet, Value, When

from apps.centralcloud.averaging.engine.judging import LESS_IS_BETTER, METRICS
from apps.centralcloud.averaging.models import AggregateModel, Evaluation, Round, Submission

ROUNDS_SHOWN, AGGREGATES_SHOWN = 6, 6


@dataclass(frozen=True, slots=True)
class Overview:
    """Rounds with ``there`` submissions, and aggregates with ``judged`` and ``wins`` instances."""

    rounds: list[Round]
    aggregates: list[AggregateModel]


def overview() -> Overview:
    """Rounds that take submissions or close now, and the newest aggregates. Two queries."""
    return Overview(
        rounds=list(rounds_open()[:ROUNDS_SHOWN]),
        aggregates=list(aggregates_counted()[:AGGREGATES_SHOWN]),
    )


def rounds_open() -> QuerySet[Round]:
    """Those that close first come first."""
    return rounds_listed(over=False).order_by("closes_at")


def rounds_listed(*, over: bool) -> QuerySet[Round]:
    """Rounds, the newest first, with how many submissions they have; ``over``: closed ones too."""
    rows = Round.objects.select_related("family", "base")
    if not over:
        rows = rows.filter(state__in=[Round.State.OPEN, Round.State.CLOSING])
    counted = [Submission.State.ANNOUNCED, Submission.State.ACCEPTED, Submission.State.KEPT]
    there = Count("submissions", filter=Q(submissions__state__in=counted))
    return rows.annotate(there=there).order_by("-opened_at")


def aggregates_counted() -> QuerySet[AggregateModel]:
    """The newest first, with how many instances judged each and at how many it won.

    It wins where it is better than the instance's own model by the metric of its kind.
    """
    decides = Case(
        *(When(family__kind=kind, then=Value(metric)) for kind, metric in METRICS.items()),
        default=Value("bytes_per_token"),
    )
    better = Q(
        evaluations__metric__in=LESS_IS_BETTER, evaluations__value__lt=F("evaluations__local")
    ) | ~Q(evaluations__metric__in=LESS_IS_BETTER) & Q(
        evaluations__value__gt=F("evaluations__local")
    )
    judged = Q(evaluations__metric=F("decides"), evaluations__local__isnull=False)
    rows = AggregateModel.objects.select_related("family", "base").annotate(decides=decides)
    return rows.annotate(
        judged=Count("evaluations", filter=judged),
        wins=Count("evaluations", filter=judged & better),
    ).order_by("-id")


def evaluations_shown(aggregates: list[AggregateModel]) -> QuerySet[Evaluation]:
    """What instances measured of these, by instance."""
    rows = Evaluation.objects.filter(aggregate__in=aggregates).select_related("aggregate")
    return rows.order_by("instance", "-aggregate_id", "metric")
