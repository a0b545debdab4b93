"""Bring what others know of this instance up to what it knows itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from apps.singularity.ingestion.selectors.codebases import codebases_of
from apps.singularity.publishing.engine.subjects import Subject
from apps.singularity.publishing.models import PublishedCodebase
from apps.singularity.publishing.services.messages import Sink, Told, nowhere
from apps.singularity.publishing.services.patterns import patterns_sync
from apps.singularity.publishing.services.policy import subjects_told
from apps.singularity.publishing.services.source import Source
from apps.singularity.publishing.services.states import codebase_locked, state_of
from apps.singularity.publishing.services.wholes import whole_sync
from apps.singularity.publishing.services.withdrawal import (
    codebase_withdraw,
    subject_withdraw,
    unsent_hold_back,
)

_SYNCS: dict[Subject, Callable[..., Told]] = {
    Subject.PATTERN: patterns_sync,
    Subject.ARCHITECTURE: whole_sync,
    Subject.FRAMEWORK: whole_sync,
    Subject.PACKAGE: whole_sync,
}


def instance_sync(*, full: bool = False, sink: Sink = nowhere) -> Told:
    """Tell what changed in all code bases, as the schedule does.

    What may not leave does not either where it waits to be sent.
    """
    unsent_hold_back()
    if not subjects_told():
        return Told()
    codebases = codebases_of(instance=settings.INSTANCE_ID)
    told = gone_withdraw(known=codebases, sink=sink)
    for codebase in codebases:
        told.add(codebase_sync(codebase=codebase, full=full, by_hand=full, sink=sink))
    return told


def codebase_sync(
    *, codebase: Any, full: bool = False, by_hand: bool = False, sink: Sink = nowhere
) -> Told:
    """Tell what changed in a code base; each subject in a transaction of its own.

    One that was never read to its end has nothing to tell yet.

    Args:
        full: tell all that holds.
        by_hand: also of one that was taken back by hand, which the schedule leaves alone.
    """
    told, source, allowed = Told(), Source(codebase), subjects_told()
    if not allowed or codebase.ingested_at is None:
        return told
    for subject in Subject:
        with transaction.atomic():
            row = codebase_locked(codebase=codebase.pk, name=codebase.name)
            if row.withdrawn_at is not None:
                if not by_hand:
                    return told
                row.withdrawn_at = None
                row.save(update_fields=["withdrawn_at"])
            state = state_of(codebase=row, subject=subject)
            if subject in allowed:
                told.add(_SYNCS[subject](state=state, source=source, full=full, sink=sink))
            else:
                told.add(subject_withdraw(state=state, sink=sink))
    return told


def gone_withdraw(*, known: Sequence[Any], sink: Sink = nowhere) -> Told:
    """Take back what was told of code bases that are no more; ``known`` are all there are.

    And once more of those whose withdrawal was held back before it was sent.
    """
    told = Told()
    rows = PublishedCodebase.objects.filter(instance=settings.INSTANCE_ID)
    is_gone = Q(withdrawn_at=None) & ~Q(codebase__in=[one.pk for one in known])
    is_due = Q(withdrawn_at__isnull=False, states__restated_at__isnull=False)
    for row in rows.filter(is_gone | is_due).distinct():
        told.add(codebase_withdraw(codebase=row, sink=sink))
    return told
