"""Close a vocabulary's rounds: hashes of words, then the words, then the tokenizer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import transaction

from apps.centralcloud.averaging.models import Round, Submission
from apps.centralcloud.averaging.selectors.ready import version_of
from apps.centralcloud.averaging.services.committing import (
    left_out_note,
    round_commit,
    round_end,
    taken_note,
)
from apps.centralcloud.averaging.services.errors import Refused, TooFew
from apps.centralcloud.averaging.services.families import family_held
from apps.centralcloud.averaging.services.gathering import LARGEST_REST, submission_fetch
from apps.centralcloud.averaging.services.keeping import Made, bundle_keep
from apps.centralcloud.averaging.services.opening import words_round_open
from apps.centralcloud.averaging.services.outcome import Left, Taken
from apps.centralcloud.averaging.services.telling import round_tell
from apps.centralcloud.averaging.services.vocabulary import (
    common_write,
    tokenizer_write,
    words_check,
)
from apps.shared.artifacts.services import artifact_fetch
from apps.shared.contracts.subjects import MODELS_STORE
from apps.shared.vocabulary.exchange import Asked


@dataclass(frozen=True, slots=True)
class _Sent:
    row: Submission
    folder: Path


def words_round_close(*, round_: Round, needed: int, work: Path, now: datetime) -> str:
    """Close a round of a vocabulary that was claimed; returns the version of what it made.

    Hashes become the list of those that enough instances have, and a round that asks for the
    words behind them; words become a tokenizer.

    Raises:
        TooFew: there are not as many submissions as are needed.
        NotNow, ArtifactError, OSError: it cannot be done now.
    """
    sent, left_out = _fetched(round_)
    if len(sent) < max(needed, 1):
        raise TooFew(f"{len(sent)} of {needed} word lists are there", left_out)
    taken = [Taken(one.row.pk, 1 / len(sent), None, None, "") for one in sent]
    bundles = [one.folder for one in sent]
    if round_.asks == "word_hashes":
        common_write(bundles=bundles, folder=work)
        made = bundle_keep(round_=round_, folder=work, taken=taken, left_out=left_out)
        return _ask_words(round_, made, now)
    metrics = tokenizer_write(bundles=bundles, folder=work)
    made = bundle_keep(round_=round_, folder=work, taken=taken, left_out=left_out, metrics=metrics)
    return round_commit(round_=round_, made=made, now=now)


def _fetched(round_: Round) -> tuple[list[_Sent], list[Left]]:
    rows = round_.submissions.filter(state=Submission.State.ANNOUNCED)
    common = _common(round_)
    asked: Asked = "words" if common else "word_hashes"
    sent: list[_Sent] = []
    left: list[Left] = []
    for row in rows.order_by("received_at", "pk"):
        try:
            folder = submission_fetch(row, most=LARGEST_REST)
            words_check(bundle=folder, asked=asked, common=common)
            sent.append(_Sent(row, folder))
        except Refused as refusal:
            left.append(Left(row.pk, str(refusal)))
    return sent, left


def _common(round_: Round) -> Path | None:
    """The folder with the hashes whose words a round asks for."""
    if not round_.artifact:
        return None
    folder: Path = artifact_fetch(digest=round_.artifact, size=round_.size, store=MODELS_STORE)
    return folder


@transaction.atomic
def _ask_words(round_: Round, made: Made, now: datetime) -> str:
    """Close the round of hashes and open the one of words; all or nothing."""
    family_held(round_.family_id)
    if Round.objects.filter(pk=round_.pk, state=Round.State.CLOSING).exists():
        round_end(round_=round_, state=Round.State.CLOSED, now=now)
        taken_note(taken=made.taken)
        left_out_note(left_out=made.left_out)
        round_.refresh_from_db()
        round_tell(round_=round_)
        words_round_open(last=round_, artifact=made.artifact, size=made.size, now=now)
    return version_of(round_)
