"""Take a withdrawn instance out of what is still open."""

from __future__ import annotations

from django.db import transaction

from apps.centralcloud.averaging.models import (
    AggregateModel,
    Evaluation,
    ModelFamily,
    Round,
    Submission,
)
from apps.centralcloud.averaging.services.judging import aggregate_judge

_OVER = (Round.State.CLOSED, Round.State.FAILED)


@transaction.atomic
def instance_remove(*, instance: str) -> int:
    """Its submissions count no more in rounds that are open or to come, and its judgements nowhere.

    What went into an aggregate stays in it: a mean cannot be undone without all its parts. Those
    rows stay too, as the record of what the aggregate was made of.

    Returns:
        How many submissions and judgements were removed.
    """
    judged = AggregateModel.objects.filter(evaluations__instance=instance)
    aggregates = list(judged.distinct().select_related("family").order_by("pk"))
    families = ModelFamily.objects.filter(submissions__instance=instance) | (
        ModelFamily.objects.filter(aggregates__in=aggregates)
    )
    keys = sorted(set(families.values_list("key", flat=True)))
    list(ModelFamily.objects.select_for_update().filter(key__in=keys).order_by("key"))
    rows = Submission.objects.filter(instance=instance)
    gone, _ = rows.exclude(round__state__in=_OVER).delete()
    measures, _ = Evaluation.objects.filter(instance=instance).delete()
    for aggregate in aggregates:
        aggregate_judge(aggregate=aggregate)
    return gone + measures
