"""Announce what was trained here; a bundle leaves with it where it may."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.shared.artifacts.services import ArtifactError, artifact_put
from apps.shared.contracts.subjects import instance_store
from apps.shared.nats_bridge.services import outbox_put
from apps.singularity.publishing.models import PublishedModel
from apps.singularity.publishing.services.announcements import announcement
from apps.singularity.publishing.services.plans import Plan, is_due, plans
from apps.singularity.publishing.services.residuals import residuals_forget
from apps.singularity.publishing.services.scheduled import NO_KEY, NO_NATS, why_nothing
from apps.singularity.publishing.services.submissions import MADE, submission_ready
from apps.singularity.publishing.services.unannounced import state_key

PATTERNS_ONLY = "models do not leave: PUBLISH is patterns"
PATIENCE = 20.0
"""Seconds without progress after which a bundle is left to the next time."""
log = structlog.get_logger(__name__)


@dataclass(slots=True)
class ModelsTold:
    """What was announced: models, those of them with a bundle, its bytes; what waits and why."""

    models: int = 0
    bundles: int = 0
    size: int = 0
    waiting: dict[str, str] = field(default_factory=dict)
    why: str = ""


def models_why_nothing() -> str:
    """Why no model is announced now; empty where they are."""
    return why_nothing() or (PATTERNS_ONLY if settings.PUBLISH != "all" else "")


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be announced: as what the bundle leaves, or why it ``stays``; bytes of the model.

    A difference by a codec, and words, are smaller than the model.
    """

    version: str
    kind: str
    asked: str
    stays: str
    size: int

    def __str__(self) -> str:
        """As a line for people."""
        if self.asked:
            return f"{self.version} ({self.kind}): {self.asked}, at most {self.size:,} bytes"
        return f"{self.version} ({self.kind}): numbers alone, as {self.stays}"


def models_preview() -> list[Preview]:
    """What ``models_tell`` would announce now; nothing is written."""
    return [_preview(plan) for plan in models_due()]


def models_due() -> list[Plan]:
    """What is to be announced now or when NATS is there."""
    return plans() if models_why_nothing() in {NO_NATS, NO_KEY, ""} else []


def _preview(plan: Plan) -> Preview:
    asked, stays = plan.way.asked or "", plan.way.stays or ""
    return Preview(plan.version, plan.kind, asked, str(stays), plan.size)


def models_tell() -> ModelsTold:
    """Announce every model that was not yet, each for itself.

    One whose bundle could not be sent stays untold until the next time.
    """
    told = ModelsTold(why=models_why_nothing())
    if told.why:
        return told
    for plan in plans():
        try:
            _tell(plan, told)
        except ArtifactError as error:
            log.warning("model.untold", version=plan.version, reason=str(error))
            told.waiting[plan.version] = str(error)
    return told


def _tell(plan: Plan, told: ModelsTold) -> None:
    row = _row(plan)
    if plan.way.asked:
        _send_bundle(row, plan)
    if not _announce(row, plan):
        return
    residuals_forget(row)
    told.models += 1
    told.bundles += bool(plan.way.asked)
    told.size += row.size if plan.way.asked else 0


def _row(plan: Plan) -> PublishedModel:
    row, _ = PublishedModel.objects.get_or_create(
        instance=settings.INSTANCE_ID,
        run=plan.run,
        defaults={"version": plan.version, "kind": plan.kind, "family": plan.family},
    )
    return row


def _send_bundle(row: PublishedModel, plan: Plan) -> None:
    """Bytes first: who is told of a bundle finds it. The same digest again is sent once."""
    submission_ready(row=row, plan=plan)
    row.left_at = timezone.now()
    row.save(update_fields=[*MADE, "left_at"])
    store = instance_store(settings.INSTANCE_ID)
    artifact_put(digest=row.artifact, store=store, patience=PATIENCE)


@transaction.atomic
def _announce(row: PublishedModel, plan: Plan) -> bool:
    """Queue the message with the note that it was told; False where another process just did."""
    held: Any = PublishedModel.objects.select_for_update().get(pk=row.pk)
    if not is_due(row=held, plan=plan):
        return False
    held.asked = plan.way.asked or ""
    held.stays = plan.way.stays or ""
    held.told_at = timezone.now()
    outbox_put(
        payload=announcement(row=held, plan=plan),
        order_key=f"models:{plan.family}",
        state_key=state_key(held),
    )
    held.save()
    return True
