"""The one transaction that closes a round."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from apps.centralcloud.averaging.models import AggregateModel, Kind, ModelFamily, Round, Submission
from apps.centralcloud.averaging.selectors.ready import version_of
from apps.centralcloud.averaging.services.errors import NotNow
from apps.centralcloud.averaging.services.families import family_held
from apps.centralcloud.averaging.services.keeping import Made
from apps.centralcloud.averaging.services.opening import next_round_open
from apps.centralcloud.averaging.services.outcome import Left, Taken
from apps.centralcloud.averaging.services.telling import aggregate_tell


@transaction.atomic
def round_commit(*, round_: Round, made: Made, now: datetime) -> str:
    """Write down an aggregate, close its round, open the next one, and tell; all or nothing.

    A vocabulary is promoted at once: nothing comes before it, and no round goes on from it.

    Returns:
        Its version; that of the one that is there where another worker was faster.

    Raises:
        NotNow: an instance was withdrawn since its submission was read.
    """
    family_held(round_.family_id)
    if not Round.objects.filter(pk=round_.pk, state=Round.State.CLOSING).exists():
        return version_of(round_)
    words = round_.family.kind == Kind.VOCABULARY
    aggregate = AggregateModel.objects.create(
        family=round_.family,
        version=version_of(round_),
        number=round_.number,
        state=AggregateModel.State.PROMOTED if words else AggregateModel.State.CANDIDATE,
        artifact=made.artifact,
        size=made.size,
        tokenizer=made.tokenizer,
        base=round_.base,
        contributors=len(made.taken),
        metrics=dict(made.metrics),
    )
    if made.shapes:
        ModelFamily.objects.filter(pk=round_.family_id, shapes={}).update(shapes=made.shapes)
    round_end(round_=round_, state=Round.State.CLOSED, now=now, aggregate=aggregate)
    taken_note(taken=made.taken)
    left_out_note(left_out=made.left_out)
    if not words:
        next_round_open(last=round_, base=aggregate, now=now)
    aggregate_tell(aggregate=aggregate)
    if round_.base is not None:
        aggregate_tell(aggregate=round_.base)  # no round goes on from it any more
    return aggregate.version


def round_end(
    *, round_: Round, state: Round.State, now: datetime, aggregate: AggregateModel | None = None
) -> None:
    """Write down that a round is over."""
    Round.objects.filter(pk=round_.pk).update(
        state=state, closed_at=now, aggregate=aggregate, error=""
    )


def taken_note(*, taken: Sequence[Taken]) -> None:
    """Write down what is part of an aggregate.

    Raises:
        NotNow: a submission is not there any more: what was made holds a withdrawn instance's.
    """
    for one in taken:
        announced = Submission.objects.filter(pk=one.pk, state=Submission.State.ANNOUNCED)
        if not announced.update(
            state=Submission.State.ACCEPTED,
            weight=one.weight,
            norm=one.norm,
            cosine=one.cosine,
            content=one.content,
            reason="",
        ):
            raise NotNow("an instance was withdrawn meanwhile: it is averaged again without it")


def left_out_note(*, left_out: Sequence[Left]) -> None:
    """Write down what is no part of it, and why."""
    for one in left_out:
        Submission.objects.filter(pk=one.pk).update(
            state=Submission.State.LEFT_OUT,
            reason=one.reason[:500],
            norm=one.norm,
            cosine=one.cosine,
            content=one.content,
        )
