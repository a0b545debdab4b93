"""Hold a round while it is closed, so that of any number of workers one does it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from apps.centralcloud.averaging.models import Round
from apps.centralcloud.averaging.services.families import family_held

_LOCK = "SELECT pg_try_advisory_lock(hashtextextended('averaging ' || current_schema(), %s))"
_UNLOCK = "SELECT pg_advisory_unlock(hashtextextended('averaging ' || current_schema(), %s))"


@contextmanager
def round_held(round_id: UUID) -> Iterator[bool]:
    """Whether nobody else closes this round; nobody does inside the block.

    The lock is the connection's: it ends with a process that is killed. Should the connection
    break meanwhile, another worker may begin too, and whoever commits first has closed the round.
    """
    number = [round_id.int & (2**63 - 1)]
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, number)
        (held,) = cursor.fetchone()
    try:
        yield held
    finally:
        if held and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute(_UNLOCK, number)


@transaction.atomic
def round_claim(round_id: UUID) -> Round | None:
    """Turn an open round into one that closes; from now on submissions wait for the next one.

    One that a dead worker left closing is taken up again, with the same submissions. None where
    there is nothing to close.
    """
    row = Round.objects.filter(pk=round_id).first()
    if row is None:
        return None
    family_held(row.family_id)
    Round.objects.filter(pk=round_id, state=Round.State.OPEN).update(state=Round.State.CLOSING)
    closing = Round.objects.filter(pk=round_id, state=Round.State.CLOSING)
    return closing.select_related("family", "base").first()


@transaction.atomic
def round_reopen(round_: Round, *, reason: str, closes_at: datetime, now: datetime) -> bool:
    """Turn a round that cannot close yet into an open one; whether it was still closing."""
    family_held(round_.family_id)
    closing = Round.objects.filter(pk=round_.pk, state=Round.State.CLOSING)
    return bool(
        closing.update(
            state=Round.State.OPEN, error=reason[:500], closes_at=closes_at, tried_at=now
        )
    )
