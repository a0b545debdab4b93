"""Close a round: gather, vet, average, keep, tell.

What a worker does before the last transaction can be done again, by it or by another, and comes
to the same bytes: a round that is killed anywhere goes on as if nothing had happened.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, Max, Q
from django.utils import timezone

from apps.centralcloud.averaging.models import Round, Submission
from apps.centralcloud.averaging.services.averaging import round_average
from apps.centralcloud.averaging.services.claiming import round_claim, round_held, round_reopen
from apps.centralcloud.averaging.services.committing import left_out_note
from apps.centralcloud.averaging.services.errors import NotNow, TooFew
from apps.centralcloud.averaging.services.placing import waiting_place
from apps.centralcloud.averaging.services.telling import round_tell
from apps.shared.artifacts.services import ArtifactError

LEAST = 2
"""Submissions that a deadline closes with, where the quorum is not even that: an aggregate of one
would be that instance's own model, for all to have."""
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Closed:
    """What became of it: the aggregate's version, or why there is none (yet)."""

    round: str
    version: str = ""
    reason: str = ""


def rounds_due(*, now: datetime | None = None) -> list[UUID]:
    """Rounds to close: a worker left them, the deadline came, or enough submissions are there.

    One that was tried in vain waits for another submission.
    """
    now = now or timezone.now()
    announced = Q(submissions__state=Submission.State.ANNOUNCED)
    rows = Round.objects.filter(state__in=[Round.State.OPEN, Round.State.CLOSING]).annotate(
        announced=Count("submissions", filter=announced),
        newest=Max("submissions__received_at", filter=announced),
    )
    enough = Q(announced__gte=F("quorum")) & (Q(tried_at=None) | Q(newest__gt=F("tried_at")))
    due = rows.filter(Q(state=Round.State.CLOSING) | Q(closes_at__lte=now) | enough)
    return list(due.order_by("opened_at").values_list("pk", flat=True))


def round_close(*, round_id: UUID, forced: bool = False) -> Closed | None:
    """Close a round if that can be done now; None where somebody else does, or did.

    Too few good submissions leave it open, until the next deadline where this one came. What is
    wrong here and now, a full disk, a store out of reach, leaves it closing, for the next try.

    Args:
        forced: as if its deadline had come.
    """
    with round_held(round_id) as held:
        round_ = round_claim(round_id) if held else None
        if round_ is None:
            return None
        now = timezone.now()
        due = forced or round_.closes_at <= now
        try:
            with _work_folder(round_) as work:
                version = round_average(
                    round_=round_, needed=_needed(round_, due=due), work=work, now=now
                )
        except TooFew as few:
            return _too_few(round_, few, due=due, now=now)
        except (NotNow, ArtifactError, OSError) as error:
            return _not_now(round_, error, now)
    log.info("round.closed", round=str(round_), version=version)
    return Closed(str(round_), version=version)


def _needed(round_: Round, *, due: bool) -> int:
    return min(LEAST, round_.quorum) if due else round_.quorum


def _too_few(round_: Round, few: TooFew, *, due: bool, now: datetime) -> Closed:
    reason = str(few)
    closes_at = round_.closes_at
    if due:
        closes_at = now + timedelta(hours=settings.ROUND_HOURS)
        reason = f"{reason}; open until {closes_at:%Y-%m-%d %H:%M} UTC"
    log.info("round.goes_on", round=str(round_), reason=reason)
    _reopened(round_, few, reason, closes_at, now, tell=due)
    return Closed(str(round_), reason=reason)


def _reopened(
    round_: Round, few: TooFew, reason: str, closes_at: datetime, now: datetime, *, tell: bool
) -> None:
    with transaction.atomic():
        if not round_reopen(round_, reason=reason, closes_at=closes_at, now=now):
            return
        left_out_note(left_out=few.left_out)
        waiting_place(family=round_.family)
        if tell:
            round_.refresh_from_db()
            round_tell(round_=round_)


def _not_now(round_: Round, error: Exception, now: datetime) -> Closed:
    """One line in the row; the round stays closing."""
    reason = " ".join(str(error).split())[:500]
    log.warning("round.waits", round=str(round_), reason=reason)
    closing = Round.objects.filter(pk=round_.pk, state=Round.State.CLOSING)
    closing.update(error=reason, tried_at=now)
    return Closed(str(round_), reason=reason)


@contextmanager
def _work_folder(round_: Round) -> Iterator[Path]:
    """An empty folder of this round's own; what a dead worker left of it is gone."""
    parent = settings.STATE_DIR / "averaging" / "work"
    parent.mkdir(parents=True, exist_ok=True)
    for left in parent.glob(f"{round_.pk}-*"):
        shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{round_.pk}-", dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
