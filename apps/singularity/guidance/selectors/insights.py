"""Insights that were told to this instance."""

from __future__ import annotations

from typing import TypeVar

from django.conf import settings
from django.db.models import Exists, Model, OuterRef, QuerySet

from apps.singularity.guidance.models import Insight, Scope

M = TypeVar("M", bound=Model)


def own(model: type[M]) -> QuerySet[M]:
    """A model's rows of this instance."""
    return model._default_manager.filter(instance=settings.INSTANCE_ID)  # noqa: SLF001  documented


def said_once(rows: QuerySet[Insight]) -> QuerySet[Insight]:
    """Without what all were told where this instance was told the same with its own numbers."""
    here = Insight.objects.filter(
        instance=OuterRef("instance"), key=OuterRef("key"), scope=Scope.OWN, withdrawn_at=None
    )
    return rows.exclude(Exists(here), scope=Scope.FLEET)


def insights_told(*, kind: str = "", everything: bool = False) -> QuerySet[Insight]:
    """Insights that hold and were not dismissed, best first; or all that are kept."""
    rows = said_once(own(Insight))
    if not everything:
        rows = rows.filter(withdrawn_at=None, dismissed_at=None)
    if kind:
        rows = rows.filter(kind=kind)
    return rows.order_by("-score", "key", "id")
