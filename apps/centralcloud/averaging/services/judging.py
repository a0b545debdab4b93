"""Take in how instances judged an aggregate, and promote or reject it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone

from apps.centralcloud.averaging.engine.judging import Judged, Outcome, is_possible, outcome_of
from apps.centralcloud.averaging.models import AggregateModel, Evaluation, Kind, Round, Submission
from apps.centralcloud.averaging.selectors.judges import judges_of, means_of
from apps.centralcloud.averaging.services.committing import round_end
from apps.centralcloud.averaging.services.families import family_held
from apps.centralcloud.averaging.services.opening import base_of, next_round_open
from apps.centralcloud.averaging.services.telling import aggregate_tell
from apps.shared.contracts.payloads.training import ModelEvaluated

log = structlog.get_logger(__name__)


@transaction.atomic
def evaluation_receive(*, instance: str, payload: ModelEvaluated) -> bool:
    """Keep what an instance measured, if it is newer than what is kept; whether it was.

    The highest revision wins, and of one revision the first that came: a sender never says two
    things under one. What no measure can be, or is of no metric that is known, is left.
    """
    aggregate = AggregateModel.objects.filter(version=payload.version).first()
    if aggregate is None:
        log.info("evaluation.of_unknown_model", instance=instance, version=payload.version)
        return False
    if not _is_possible(payload):
        log.warning("evaluation.impossible", instance=instance, version=payload.version,
                    metric=payload.metric)  # fmt: skip
        return False
    family_held(aggregate.family_id)
    told = _told(payload)
    row, created = Evaluation.objects.get_or_create(
        aggregate=aggregate, instance=instance, metric=payload.metric, defaults=told
    )
    newer = Evaluation.objects.filter(pk=row.pk, revision__lt=payload.revision)
    if not created and not newer.update(**told):
        return False
    aggregate_judge(aggregate=aggregate)
    return True


def aggregate_judge(*, aggregate: AggregateModel, now: datetime | None = None) -> None:
    """Promote or reject an aggregate by what its judges say now; its family is held.

    An aggregate is judged by ``min(quorum, contributors)`` instances, weighted within bounds by
    their held-out examples, against what each of them had before, and against local models where
    nothing came before it: see ``engine.judging``. What was rejected stays so, for the line went
    on without it, and so does what another aggregate goes on from.
    """
    now = now or timezone.now()
    aggregate.refresh_from_db()
    judges = judges_of(aggregate)
    is_vocabulary = aggregate.family.kind == Kind.VOCABULARY
    aggregate.metrics = (aggregate.metrics if is_vocabulary else {}) | means_of(aggregate)
    aggregate.save(update_fields=["metrics"])
    if is_vocabulary or _is_settled(aggregate):
        return
    former = aggregate.state
    outcome, reason = _outcome(aggregate, judges)
    aggregate.state, aggregate.reason, aggregate.judged_at = outcome.value, reason[:500], now
    aggregate.save(update_fields=["state", "reason", "judged_at"])
    if aggregate.state == former:
        return
    if outcome is Outcome.REJECTED:
        _go_back(aggregate, now)
    aggregate_tell(aggregate=aggregate)


def _outcome(aggregate: AggregateModel, judges: list[Judged]) -> tuple[Outcome, str]:
    made_by = Round.objects.filter(aggregate=aggregate).first()
    quorum = made_by.quorum if made_by else aggregate.contributors
    return outcome_of(
        judges,
        needed=max(min(quorum, aggregate.contributors), 1),
        first=aggregate.base is None,
    )


def _is_settled(aggregate: AggregateModel) -> bool:
    rejected = aggregate.state == AggregateModel.State.REJECTED
    return rejected or aggregate.successors.exists()


def _go_back(aggregate: AggregateModel, now: datetime) -> None:
    """End the round that goes on from a rejected aggregate, and open one from what came before."""
    round_ = aggregate.rounds_from.filter(state__in=[Round.State.OPEN, Round.State.CLOSING]).first()
    if round_ is None:
        return
    round_end(round_=round_, state=Round.State.FAILED, now=now)
    round_.submissions.filter(state=Submission.State.ANNOUNCED).update(
        state=Submission.State.LEFT_OUT, reason=f"its base {aggregate} was rejected"
    )
    base = base_of(aggregate.family)
    if base is None:
        return
    next_round_open(last=round_, base=base, now=now)
    aggregate_tell(aggregate=base)


def _is_possible(payload: ModelEvaluated) -> bool:
    values = (payload.aggregate, payload.local, payload.personalised, payload.former)
    return is_possible(payload.metric, [one for one in values if one is not None])


def _told(payload: ModelEvaluated) -> dict[str, Any]:
    said = payload.model_dump(exclude={"kind", "version", "family", "metric", "aggregate"})
    return said | {"value": payload.aggregate}
