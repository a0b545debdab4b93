"""Which model answers for a kind and scope."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from apps.singularity.training.engine.errors import NoFormer
from apps.singularity.training.models import Model, ModelInUse

_REASON_LENGTH = 500
Adopted = Callable[[Model], None]
"""What the wiring's ``AFTER_ADOPTION`` names: called in the transaction that takes a model."""


@transaction.atomic
def model_use(*, model: Model, reason: str) -> ModelInUse:
    """Take a model into use; the one before stays known, to go back to."""
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
    _tell(model)
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
        raise NoFormer(f"{in_use.model} is the first {kind} for {scope}: none was in use before.")
    return model_use(model=in_use.former, reason=f"Rolled back from {in_use.model}.")


def _tell(model: Model) -> None:
    path = getattr(import_module(settings.SITE_WIRING), "AFTER_ADOPTION", "")
    if path:
        adopted: Adopted = import_string(path)
        adopted(model)
