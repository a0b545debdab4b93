"""Which round a submission counts in."""

from __future__ import annotations

from uuid import UUID

from apps.centralcloud.averaging.engine.weighing import MAX_STALENESS
from apps.centralcloud.averaging.models import AggregateModel, ModelFamily, Round, Submission
from apps.centralcloud.averaging.selectors.families import family_parts
from apps.centralcloud.averaging.services.errors import Refused
from apps.shared.artifacts.engine.family import differences

_ANNOUNCED = Submission.State.ANNOUNCED


def submission_place(*, row: Submission) -> UUID | None:
    """Put an announced submission into the open round; its family is held.

    While the round before closes it waits for the next one. One that is late counts in the next
    round, less for each round; one that nothing can be made of is left out, with the reason.

    Returns:
        The round, if it has as many submissions as it takes now.
    """
    try:
        place = _place(row)
    except Refused as refusal:
        row.state, row.reason = Submission.State.LEFT_OUT, str(refusal)[:500]
        row.save()
        return None
    if place is None:
        return None
    row.round, row.staleness = place
    row.save()
    _replace_older(place[0], row.instance)
    return place[0].pk if has_quorum(place[0]) else None


def waiting_place(*, family: ModelFamily) -> None:
    """Put what waits into the round that has just opened; the family is held."""
    for row in Submission.objects.filter(family=family, round=None, state=_ANNOUNCED):
        submission_place(row=row)


def has_quorum(round_: Round) -> bool:
    """Whether as many submissions are there as it takes."""
    return round_.submissions.filter(state=_ANNOUNCED).count() >= round_.quorum


def _place(row: Submission) -> tuple[Round, int] | None:
    """The round and how many rounds late it is; None while there is no open one."""
    told = Round.objects.filter(pk=row.told_round).first() if row.told_round else None
    if row.asked in {"difference", "words"}:
        told = _told_round(row, told)
        if told.state == Round.State.OPEN:
            return told, 0
    opened = Round.objects.filter(family=row.family, state=Round.State.OPEN).first()
    if opened is None:
        return None
    if row.asked == opened.asks and row.asked != "difference":
        return opened, 0
    if opened.asks != "difference" or row.asked not in {"difference", "weights"}:
        raise Refused(f"{opened} takes {opened.asks.replace('_', ' ')}, not its {row.asked}")
    staleness = opened.number - (told.number if told else 1)
    if staleness > MAX_STALENESS:
        raise Refused(
            f"it comes {staleness} rounds late, {MAX_STALENESS} may be: "
            "train from the newest aggregate"
        )
    return opened, max(staleness, 0)


def _told_round(row: Submission, told: Round | None) -> Round:
    """The round that a submission names.

    Raises:
        Refused: it cannot be for that round.
    """
    if told is None or row.family is None:
        raise Refused("there is no round of the number that it names")
    if told.family_id != row.family_id:
        parts = differences(family_parts(told.family), family_parts(row.family))
        raise Refused(f"the round it names is of another family: other {', '.join(parts)}")
    if told.asks != row.asked:
        raise Refused(f"{told} takes {told.asks.replace('_', ' ')}, not its {row.asked}")
    if row.asked == "words" and told.state in {Round.State.CLOSED, Round.State.FAILED}:
        raise Refused(f"{told} is closed")
    base = told.base
    if base is not None and base.version != row.base:
        raise Refused(f"it began from {row.base or 'nothing'}, {told} from {base}")
    if base is not None and base.state == AggregateModel.State.REJECTED:
        raise Refused(f"its base {base} was rejected: train from the newest aggregate")
    return told


def _replace_older(round_: Round, instance: str) -> None:
    """Of an instance's submissions to a round the one trained last stays."""
    rows = round_.submissions.filter(instance=instance, state=_ANNOUNCED)
    last = rows.order_by("-completed_at", "-run").first()
    rows.exclude(pk=last.pk if last else 0).update(
        state=Submission.State.REPLACED, reason="a newer one of the same instance came"
    )
