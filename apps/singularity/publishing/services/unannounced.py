"""Take back what waits to be sent of models, where it may not leave any more."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from apps.shared.nats_bridge.selectors import unsent
from apps.shared.nats_bridge.services import outbox_take_back
from apps.singularity.publishing.models import PublishedModel

MODEL = "model:"
EVALUATION = "evaluated:"
"""What guidance's reports on aggregates are known by in the outbox."""


def state_key(row: PublishedModel) -> str:
    """What a model's message is known by in the outbox."""
    return f"{MODEL}{row.run}"


@transaction.atomic
def models_hold_back() -> int:
    """Take back what may not leave by the settings that hold now; how many announcements.

    They are made anew when they may, or without their bundle. A bundle that left stays in the
    store of this instance: nobody was told of it.
    """
    held = 0
    waiting = _waiting(MODEL)
    runs = [key.removeprefix(MODEL) for key in waiting]
    for row in PublishedModel.objects.filter(instance=settings.INSTANCE_ID, run__in=runs):
        if not _may_leave(row) and outbox_take_back(state_key=state_key(row)) is not None:
            PublishedModel.objects.filter(pk=row.pk).update(told_at=None)
            held += 1
    for key in _waiting(EVALUATION) if not _numbers_leave() else ():
        outbox_take_back(state_key=key)
    return held


def _numbers_leave() -> bool:
    return settings.PUBLISH == "all" and settings.INSTANCE_MODE != "read-only"


def _may_leave(row: PublishedModel) -> bool:
    shared = settings.SHARE_VOCABULARY if row.kind == "vocabulary" else settings.SHARE_MODELS
    return _numbers_leave() and (shared or not row.asked)


def _waiting(beginning: str) -> list[str]:
    rows = unsent().filter(state_key__startswith=beginning)
    return sorted(set(rows.values_list("state_key", flat=True)))
