"""The work of closing a round, up to the transaction that commits it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from apps.centralcloud.averaging.engine.gram import gram_of
from apps.centralcloud.averaging.engine.vetting import Verdict, Vetted, submissions_vet
from apps.centralcloud.averaging.models import Kind, Round
from apps.centralcloud.averaging.services.committing import round_commit
from apps.centralcloud.averaging.services.errors import TooFew
from apps.centralcloud.averaging.services.gathering import (
    WEIGHTS,
    Gathered,
    Gathering,
    round_gather,
)
from apps.centralcloud.averaging.services.keeping import base_fetch, bundle_keep
from apps.centralcloud.averaging.services.making import (
    Accepted,
    aggregate_make,
    submissions_weigh,
)
from apps.centralcloud.averaging.services.outcome import Left, Taken
from apps.centralcloud.averaging.services.words import words_round_close


def round_average(*, round_: Round, needed: int, work: Path, now: datetime) -> str:
    """Average a round that was claimed; returns the version of what it made.

    Args:
        needed: good submissions that it takes.
        work: an empty folder.

    Raises:
        TooFew: there are not as many.
        NotNow, ArtifactError, OSError: it cannot be done now.
    """
    if round_.family.kind == Kind.VOCABULARY:
        return words_round_close(round_=round_, needed=needed, work=work, now=now)
    base = base_fetch(round_.base) if round_.base else None
    gathering = round_gather(round_=round_, base=base / WEIGHTS if base else None)
    vetted = _vetted(gathering, whole=base is None)
    left_out = _left_out(gathering, vetted)
    _enough(vetted, needed, left_out)
    accepted = submissions_weigh(
        found=gathering.found, verdicts=vetted.verdicts, clip=round_.options.get("clip")
    )
    shapes = aggregate_make(round_=round_, accepted=accepted, base=base, folder=work)
    taken = [_taken(one) for one in accepted]
    made = bundle_keep(round_=round_, folder=work, taken=taken, left_out=left_out, shapes=shapes)
    return round_commit(round_=round_, made=made, now=now)


def _vetted(gathering: Gathering, *, whole: bool) -> Vetted:
    found = gathering.found
    if not found:
        return Vetted([])
    gram, size = gram_of([one.tensors for one in found])
    late = [place for place, one in enumerate(found) if one.late]
    return submissions_vet(gram, size, whole=whole, clipped=late)


def _left_out(gathering: Gathering, vetted: Vetted) -> list[Left]:
    """All that is refused, with why."""
    unread = [Left(pk, reason) for pk, reason in gathering.refused.items()]
    pairs = zip(gathering.found, vetted.verdicts, strict=True)
    return unread + [_left(one, verdict) for one, verdict in pairs if verdict.reason]


def _left(one: Gathered, verdict: Verdict) -> Left:
    return Left(one.submission.pk, verdict.reason, verdict.norm, verdict.cosine, one.content)


def _taken(one: Accepted) -> Taken:
    gathered, verdict = one.gathered, one.verdict
    return Taken(gathered.submission.pk, one.share, verdict.norm, verdict.cosine, gathered.content)


def _enough(vetted: Vetted, needed: int, left_out: Sequence[Left]) -> None:
    good = len(vetted.accepted())
    if good < max(needed, 1):
        left = f", {len(left_out)} left out" if left_out else ""
        raise TooFew(f"{good} of {needed} good submissions are there{left}", left_out)
    if vetted.undecided:
        raise TooFew(f"{vetted.undecided}; a third has to say which is right", left_out)
