"""Which bundles announcements need on the disk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.conf import settings

from apps.shared.contracts.payloads.insights import ModelReady
from apps.shared.nats_bridge.selectors import unsent
from apps.singularity.publishing.models import PublishedModel
from apps.singularity.publishing.services.models import models_due
from apps.singularity.publishing.services.rounds import rounds_asking
from apps.singularity.publishing.services.unannounced import state_key


def bundles_needed() -> set[str]:
    """Digests of what is still to leave, and of what its bundle is made from.

    A submission stays until its message has left and its round is closed: Centralcloud has it
    then, or left it out. It is a copy of a model that this instance keeps by other reasons.
    """
    return {*_submissions(), *_due()} - {""}


def _submissions() -> Iterator[str]:
    asking = rounds_asking()
    waiting = set(unsent().values_list("state_key", flat=True))
    rows = PublishedModel.objects.filter(instance=settings.INSTANCE_ID).exclude(artifact="")
    for row in rows:
        if row.told_at is None or state_key(row) in waiting or _is_asked(row, asking):
            yield row.artifact


def _is_asked(row: PublishedModel, asking: Sequence[ModelReady]) -> bool:
    """Whether the round that a submission is for takes submissions."""
    rounds = [(offer.family, offer.round) for offer in asking if offer.round]
    return any(
        one.id == row.round if row.round else (family, one.asks) == (row.family, row.asked)
        for family, one in rounds
    )


def _due() -> Iterator[str]:
    for plan in models_due():
        if plan.way.asked:
            yield from (plan.bundle, plan.base_bundle, plan.tokens)
