"""Which model an instance uses, and whether the aggregate beats its own."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import OuterRef, Subquery

from apps.centralcloud.averaging.engine.judging import METRICS
from apps.centralcloud.averaging.models import Evaluation


@dataclass(frozen=True, slots=True)
class Standing:
    """An instance's last judgement of a family's aggregates, by the metric that decides."""

    evaluation: Evaluation
    kind: str
    scope: str

    @property
    def wins(self) -> bool | None:
        """Whether the aggregate is better than the instance's own model; None without one."""
        gain = self.evaluation.gain
        return None if gain is None else gain > 0


def standings(*, instance: str) -> list[Standing]:
    """The last judgement of each family, by kind and scope, in one query."""
    same = Evaluation.objects.filter(instance=instance, metric=OuterRef("metric"))
    same = same.filter(aggregate__family=OuterRef("aggregate__family"))
    last = same.order_by("-aggregate__number").values("pk")[:1]
    rows = Evaluation.objects.filter(instance=instance, pk=Subquery(last))
    rows = rows.select_related("aggregate__family")
    found = [
        Standing(row, row.aggregate.family.kind, row.aggregate.family.scope)
        for row in rows
        if row.metric == METRICS.get(row.aggregate.family.kind)
    ]
    return sorted(found, key=lambda one: (one.kind, one.scope))
