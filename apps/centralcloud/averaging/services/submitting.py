"""Take in what instances say that they trained."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.centralcloud.averaging.models import Submission
from apps.centralcloud.averaging.services.errors import Refused
from apps.centralcloud.averaging.services.families import family_held, family_of
from apps.centralcloud.averaging.services.opening import first_round_open
from apps.centralcloud.averaging.services.placing import submission_place
from apps.shared.contracts.payloads.training import TrainingCompleted

OPENS = ("weights", "word_hashes")
"""What a family's first round takes."""
KNOWN = 500
"""Characters of a reason."""


@transaction.atomic
def submission_receive(
    *, instance: str, payload: TrainingCompleted, received_at: datetime
) -> UUID | None:
    """Write down a submission and put it into the round that it counts in.

    A model that stays at home is only written down; told again with a bundle, it counts. The same
    again changes nothing, and of an instance's submissions to a round the last trained counts,
    whatever order they come in.

    Returns:
        The round that has as many submissions as it takes now, if this made it so.
    """
    known = Submission.objects.filter(instance=instance, run=payload.run).first()
    if known is not None and (known.artifact or not payload.artifact):
        return None
    row = known or Submission(instance=instance, run=payload.run)
    _write(row, payload, received_at)
    if not payload.artifact:
        row.state = Submission.State.KEPT
        row.save()
        return None
    return _submit(row, payload)


def _submit(row: Submission, payload: TrainingCompleted) -> UUID | None:
    if payload.asked not in OPENS and family_held(payload.family) is None:
        _leave_out(row, "its family has no round here: submit whole weights first")
        return None
    try:
        row.family = family_of(payload)
    except Refused as refusal:
        _leave_out(row, str(refusal))
        return None
    if not row.family.rounds.exists():
        first_round_open(family=row.family, asks=payload.asked)
    row.state = Submission.State.ANNOUNCED
    row.save()
    return submission_place(row=row)


def _write(row: Submission, payload: TrainingCompleted, received_at: datetime) -> None:
    said: dict[str, Any] = {
        "told_family": payload.family,
        "told_round": payload.round,
        "base": payload.base or "",
        "kind": payload.kind,
        "scope": payload.scope,
        "version": payload.version,
        "artifact": payload.artifact or "",
        "size": payload.size,
        "asked": payload.asked,
        "codec": payload.codec,
        "examples": payload.examples,
        "metrics": payload.metrics,
        "completed_at": payload.completed_at,
        "received_at": received_at,
    }
    for name, value in said.items():
        setattr(row, name, value)


def _leave_out(row: Submission, reason: str) -> None:
    row.state, row.reason = Submission.State.LEFT_OUT, reason[:KNOWN]
    row.save()
