"""Apply dead letters after all: verified again, through the same inbox, from the stored bytes."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.shared.contracts.errors import Reason
from apps.shared.nats_bridge.letters import Letter, Refused, letter_open
from apps.shared.nats_bridge.models import DeadLetter
from apps.shared.nats_bridge.services.applying import messages_apply
from apps.shared.nats_bridge.services.dead_letters import column_text
from apps.shared.nats_bridge.wiring import Wiring


@dataclass(frozen=True, slots=True)
class Replayed:
    """How it went; ``problem`` is empty for one that is applied now, or was before."""

    id: int
    problem: str


def dead_letter_replay(*, letter_id: int, wiring: Wiring) -> Replayed:
    """Replay one. One that fails again stays, with what is wrong with it now.

    Raises:
        DeadLetter.DoesNotExist: there is none of this site with that id.
    """
    try:
        problem = _apply(letter_id, wiring)
    except DeadLetter.DoesNotExist:
        raise
    except Exception as error:  # noqa: BLE001  a handler's error is what is reported
        problem = f"{Reason.FAILED}: {type(error).__name__}: {error}"
    if problem:
        DeadLetter.objects.filter(id=letter_id).update(detail=column_text(problem))
    return Replayed(letter_id, problem)


@transaction.atomic
def _apply(letter_id: int, wiring: Wiring) -> str:
    """What is still wrong with it, or nothing; locked, so that two replays are one."""
    rows = DeadLetter.objects.select_for_update().filter(receiver=settings.IDENTITY.name)
    row = rows.get(id=letter_id)
    if row.replayed_at is not None:
        return ""
    if len(row.data) < row.size:
        return f"only {len(row.data):,} of its {row.size:,} bytes were kept"
    opened = letter_open(_letter(row), wiring)
    if isinstance(opened, Refused):
        return f"{opened.reason}: {opened.detail}"
    if opened is None:
        return f"nobody here handles {row.subject}"
    messages_apply(messages=[opened], handlers=wiring.handlers)
    row.replayed_at = timezone.now()
    row.save(update_fields=["replayed_at"])
    return ""


def _letter(row: DeadLetter) -> Letter:
    return Letter(
        subject=row.subject,
        headers=row.headers,
        data=bytes(row.data),
        stream=row.stream,
        sequence=row.sequence,
        stored_at=row.stored_at,
        attempts=row.attempts,
    )
