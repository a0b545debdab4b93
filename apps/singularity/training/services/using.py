"""Which model answers for a kind and scope."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from apps.shared.artifacts.engine.family import ALL
from apps.shared.artifacts.services import artifact_path
from apps.singularity.ingestion.services.encoders import EncoderUnusable
from apps.singularity.training.engine.errors import NoFormer, RunRefused
from apps.singularity.training.models import Model, ModelInUse

_REASON_LENGTH = 500
Adopted = Callable[[Path | None, str], None]
"""What the wiring's ``AFTER_ADOPTION`` names for a kind: told the bundle's folder and version.

No folder means that none of these models answers any more. It is called in the transaction that
takes the model, and for models of every language alone: only one encoder can answer searches.
"""


@transaction.atomic
def model_use(*, model: Model, reason: str) -> ModelInUse:
    """Take a model into use; the one before stays known, to go back to.

    Raises:
        RunRefused: who uses models of the kind cannot run it.
        ArtifactMissing: its bundle is gone.
    """
    rows = ModelInUse.objects.select_for_update(of=("self",))
    place: dict[str, Any] = {
        "instance": settings.INSTANCE_ID,
        "kind": model.kind,
        "scope": model.scope,
    }
    before = rows.filter(**place).select_related("model", "former").first()
    if before and before.model_id == model.pk:
        return before
    in_use, _ = ModelInUse.objects.update_or_create(
        **place,
        defaults={
            "model": model,
            "former": before.model if before else None,
            "reason": reason[:_REASON_LENGTH],
            "since": timezone.now(),
        },
    )
    _tell(model.kind, model.scope, artifact_path(digest=model.artifact), model.version)
    return in_use


def model_roll_back(*, kind: str, scope: str) -> ModelInUse:
    """Use again the model before the one in use; doing it twice changes nothing.

    Raises:
        NoFormer: there is none.
    """
    place = {"instance": settings.INSTANCE_ID, "kind": kind, "scope": scope}
    in_use = ModelInUse.objects.filter(**place).select_related("model", "former").first()
    if in_use is None:
        raise NoFormer(f"No {kind} for {scope} is in use.")
    if in_use.former is None:
        raise NoFormer(
            f"{in_use.model} is the first {kind} for {scope}: none was in use before. "
            f"`manage.py models leave {kind}` uses none."
        )
    return model_use(model=in_use.former, reason=f"Rolled back from {in_use.model}.")


@transaction.atomic
def model_leave(*, kind: str, scope: str) -> None:
    """Use none of this instance's models: searches are answered by the configured one again.

    Raises:
        NoFormer: there was none in use.
    """
    rows = ModelInUse.objects.filter(instance=settings.INSTANCE_ID, kind=kind, scope=scope)
    if not rows.delete()[0]:
        raise NoFormer(f"No {kind} for {scope} is in use.")
    _tell(kind, scope, None, "")


def _tell(kind: str, scope: str, folder: Path | None, version: str) -> None:
    hooks: dict[str, str] = getattr(import_module(settings.SITE_WIRING), "AFTER_ADOPTION", {})
    if kind not in hooks or scope != ALL:
        return
    adopted: Adopted = import_string(hooks[kind])
    try:
        adopted(folder, version)
    except EncoderUnusable as error:
        raise RunRefused(str(error)) from None
