"""Take back what was told, and what was about to be."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.shared.nats_bridge.heartbeat import STATE_KEY as HEARTBEAT
from apps.shared.nats_bridge.selectors import unsent_count
from apps.shared.nats_bridge.services import outbox_take_back
from apps.singularity.publishing.engine.subjects import Subject
from apps.singularity.publishing.models import PublishedCodebase, PublishedState
from apps.singularity.publishing.services.facts_table import facts_store
from apps.singularity.publishing.services.messages import (
    Sink,
    Statement,
    Told,
    nowhere,
    state_key,
)
from apps.singularity.publishing.services.policy import policy_digest, subjects_told
from apps.singularity.publishing.services.statistics import STATISTICS
from apps.singularity.publishing.services.unannounced import models_hold_back


def withdraw(*, name: str = "", sink: Sink = nowhere) -> Told:
    """Take back all that was told, or what was told of the code bases of a name.

    The schedule tells nothing of them again, until somebody publishes them by hand.
    """
    rows = PublishedCodebase.objects.filter(instance=settings.INSTANCE_ID, withdrawn_at=None)
    told = Told()
    for row in rows.filter(name=name) if name else rows:
        told.add(codebase_withdraw(codebase=row, sink=sink))
    return told


@transaction.atomic
def codebase_withdraw(*, codebase: PublishedCodebase, sink: Sink = nowhere) -> Told:
    """Take back all that was told of a code base."""
    told = Told()
    row = PublishedCodebase.objects.select_for_update().get(pk=codebase.pk)
    for state in PublishedState.objects.filter(codebase=row).select_related("codebase"):
        told.add(subject_withdraw(state=state, sink=sink))
    row.withdrawn_at = timezone.now()
    row.save(update_fields=["withdrawn_at"])
    return told


def subject_withdraw(*, state: PublishedState, sink: Sink) -> Told:
    """Take back what was told of one subject of a locked code base; nothing where nothing was.

    A message without a fact, whose floor is above all that was told.
    """
    told = Told()
    if state.restated_at is None:
        return told
    if state.is_told:
        outbox_take_back(state_key=state_key(state))
        told = Statement(state, since=0, complete=True, sink=sink).put((), anyway=True)
    facts_store(state=state, told=[], refused={}, complete=True)
    state.restated_at, state.digest, state.source_revision = None, "", 0
    state.save()
    return told


def unsent_hold_back() -> int:
    """Take back what waits to be sent and may not leave by the rules that hold now.

    It was queued under others: of another PUBLISH, INSTANCE_MODE, PUBLISH_EXCLUDE or SHARE_MODELS.
    What was held back is told anew, in full, when it may. A sign of life stays, unless PUBLISH is
    off. Returns the number of states held back.
    """
    if not unsent_count():
        return 0
    if settings.PUBLISH == "off":
        report_hold_back(HEARTBEAT)
    if settings.PUBLISH != "all" or not subjects_told():
        report_hold_back(STATISTICS)
    models_hold_back()
    states = PublishedState.objects.filter(instance=settings.INSTANCE_ID)
    held = {state.codebase_id for state in states if not _may_leave(state)}
    return sum(_hold_back(pk) for pk in sorted(held))


def _may_leave(state: PublishedState) -> bool:
    """Whether what waits of a state may be sent; what takes back a subject has no fact in it."""
    allowed, subject = subjects_told(), Subject(state.subject)
    is_withdrawal = state.restated_at is None
    by_these_rules = subject in allowed and state.policy == policy_digest(subject)
    return bool(allowed) and (is_withdrawal or by_these_rules)


@transaction.atomic
def report_hold_back(state_key: str) -> None:
    """Take back a message that tells all of its state: the next one does so again."""
    outbox_take_back(state_key=state_key)


@transaction.atomic
def _hold_back(codebase: int) -> int:
    """A withdrawal that was held back is due as well: others may still know what it takes back."""
    row = PublishedCodebase.objects.select_for_update().get(pk=codebase)
    held = 0
    for state in PublishedState.objects.filter(codebase=row).select_related("codebase"):
        if _may_leave(state) or outbox_take_back(state_key=state_key(state)) is None:
            continue
        state.policy = ""  # told by no rules: all of it is due
        state.restated_at = state.restated_at or timezone.now()
        state.save(update_fields=["policy", "restated_at"])
        held += 1
    return held
