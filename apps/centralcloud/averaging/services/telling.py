"""Tell instances of aggregates and of the rounds that go on from them."""

from __future__ import annotations

import time

from apps.centralcloud.averaging.models import AggregateModel, Round
from apps.centralcloud.averaging.selectors.ready import aggregate_ready, round_ready
from apps.shared.contracts.payloads.insights import ModelReady
from apps.shared.nats_bridge.selectors import queueing
from apps.shared.nats_bridge.services import outbox_replace

NANOSECONDS = 1_000
"""Of a microsecond."""


def aggregate_tell(*, aggregate: AggregateModel) -> None:
    """Tell what holds of an aggregate now, in the caller's transaction."""
    before = Round.objects.filter(aggregate=aggregate).values_list("revision", flat=True).first()
    aggregate.revision = _revision(max(aggregate.revision, before or 0))
    aggregate.save(update_fields=["revision"])
    _tell(aggregate_ready(aggregate))


def round_tell(*, round_: Round) -> None:
    """Tell of a round, in the caller's transaction: with the aggregate that it goes on from."""
    if round_.base is not None:
        aggregate_tell(aggregate=round_.base)
        return
    round_.revision = _revision(round_.revision)
    round_.save(update_fields=["revision"])
    _tell(round_ready(round_))


def _tell(payload: ModelReady) -> None:
    if queueing():
        outbox_replace(payload=payload, state_key=f"model:{payload.version}")


def _revision(last: int) -> int:
    """Microseconds since 1970, and more than the last one whatever the clock says."""
    return max(time.time_ns() // NANOSECONDS, last + 1)
