"""Take back what was told: a floor under which nothing holds."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from apps.shared.nats_bridge.services import outbox_take_back
from apps.singularity.publishing.models import PublishedCodebase, PublishedState
from apps.singularity.publishing.services.facts_table import facts_store
from apps.singularity.publishing.services.messages import Sink, Statement, Told, state_key


@transaction.atomic
def codebase_withdraw(*, codebase: PublishedCodebase, sink: Sink) -> Told:
    """Take back all that was told of a code base; the schedule tells nothing of it again."""
    told = Told()
    row = PublishedCodebase.objects.select_for_update().get(pk=codebase.pk)
    for state in PublishedState.objects.filter(codebase=row).select_related("codebase"):
        told.add(subject_withdraw(state=state, sink=sink))
    row.withdrawn_at = timezone.now()
    row.save(update_fields=["withdrawn_at"])
    return told


def subject_withdraw(*, state: PublishedState, sink: Sink) -> Told:
    """Take back what was told of one subject of a locked code base; nothing where nothing was."""
    if state.restated_at is None:
        return Told()
    outbox_take_back(state_key=state_key(state))
    told = Statement(state, 0, True, sink).put((), anyway=True)  # noqa: FBT003  its own order
    facts_store(state=state, told=[], refused={}, complete=True)
    state.restated_at, state.digest, state.source_revision = None, "", 0
    state.save()
    return told
