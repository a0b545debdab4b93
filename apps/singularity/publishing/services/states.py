"""The rows that say how far each code base was told."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone

from apps.singularity.publishing.engine.subjects import Subject
from apps.singularity.publishing.models import PublishedCodebase, PublishedState
from apps.singularity.publishing.services.policy import RESTATED_AFTER, policy_digest


def codebase_locked(*, codebase: int, name: str) -> PublishedCodebase:
    """The row of a code base, made at first need; nobody else tells of it until the commit."""
    row, _ = PublishedCodebase.objects.get_or_create(
        instance=settings.INSTANCE_ID, codebase=codebase, defaults={"name": name}
    )
    row = PublishedCodebase.objects.select_for_update().get(pk=row.pk)
    if row.name != name:
        row.name = name
        row.save(update_fields=["name"])
    return row


def state_of(*, codebase: PublishedCodebase, subject: Subject) -> PublishedState:
    """The state of one subject of a locked code base."""
    state, _ = PublishedState.objects.get_or_create(
        codebase=codebase, subject=subject.value, defaults={"instance": codebase.instance}
    )
    state.codebase = codebase
    return state


def is_due_anew(state: PublishedState, *, source_revision: int) -> bool:
    """Whether all must be told: never done, long ago, by other rules, or of a source that is back.

    A source whose revision is below the one told was restored from an older copy.
    """
    return (
        state.restated_at is None
        or state.restated_at < timezone.now() - RESTATED_AFTER
        or state.policy != policy_digest(Subject(state.subject))
        or source_revision < state.source_revision
    )


def state_store(state: PublishedState, *, source_revision: int, complete: bool) -> None:
    """Note that a state was told up to a revision of its source."""
    state.source_revision = source_revision
    if complete:
        state.restated_at = timezone.now()
        state.policy = policy_digest(Subject(state.subject))
    state.save()
