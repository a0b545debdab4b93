"""The fleet's models, and how each did on this instance's own code."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from unfold.decorators import display

from apps.shared.core.admin.base import InstanceAdmin
from apps.singularity.guidance.admin.filters import ModelKindFilter, ModelStateFilter
from apps.singularity.guidance.display.models import SCORES, why_no_models
from apps.singularity.guidance.models import Adoption, ModelOffer
from apps.singularity.guidance.templatetags.guidance import score

NOT_YET = "not judged yet"
_FIELDS = (
    "version", "kind", "scope", "family", "state", "artifact", "size", "contributors", "base",
    "ready_at", "received_at", "metric", *SCORES, "examples", "served", "uses", "explanation",
    "judged_at", "due_at",
)  # fmt: skip


@admin.register(ModelOffer)
class ModelOfferAdmin(InstanceAdmin):
    """All that the fleet offers, newest first, each with its row of the win table."""

    list_display = (
        "version", "state", "metric", *SCORES, "served", "explanation", "judged_at",
    )  # fmt: skip
    list_filter = (ModelKindFilter, ModelStateFilter)
    search_fields = ("version", "family")
    search_help_text = "Words of the version or family"
    ordering = ("-ready_at", "-id")
    fields = _FIELDS
    readonly_fields = _FIELDS
    list_before_template = "guidance/offers_before.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[ModelOffer]:
        """With what became of each."""
        rows: QuerySet[ModelOffer] = super().get_queryset(request)
        return rows.select_related("adoption")

    def list_context(self, request: HttpRequest, changes: ChangeList) -> dict[str, Any]:
        """Why there is none."""
        return {"why_nothing": "" if changes.result_count else why_no_models()}

    @display(description="judged by")
    def metric(self, offer: ModelOffer) -> str:
        """Which number."""
        adoption = _judged(offer)
        return adoption.metric.replace("_", " ") if adoption else "-"

    @display(description="local")
    def local(self, offer: ModelOffer) -> str:
        """That of the best local model, or of the one in use."""
        return _score(offer, "local")

    @display(description="the fleet's")
    def aggregate(self, offer: ModelOffer) -> str:
        """That of the offer."""
        return _score(offer, "aggregate")

    @display(description="tuned here")
    def personalised(self, offer: ModelOffer) -> str:
        """That of the offer, trained further here."""
        return _score(offer, "personalised")

    @display(description="former")
    def former(self, offer: ModelOffer) -> str:
        """That of the fleet's model which was in use."""
        return _score(offer, "former")

    @display(description="used since", ordering="adoption__served")
    def served(self, offer: ModelOffer) -> str:
        """Which of them."""
        adoption = _judged(offer)
        return adoption.get_served_display() if adoption else "-"

    @display(description="in use since")
    def uses(self, offer: ModelOffer) -> str:
        """Its version."""
        adoption = _judged(offer)
        return adoption.version if adoption else "-"

    @display(description="judged on")
    def examples(self, offer: ModelOffer) -> str:
        """Bytes, or questions."""
        adoption = _judged(offer)
        return f"{adoption.examples:,}" if adoption else "-"

    @display(description="why")
    def explanation(self, offer: ModelOffer) -> str:
        """In one line; what went wrong where nothing came of it."""
        adoption = getattr(offer, "adoption", None)
        return str(adoption.explanation) if adoption else NOT_YET

    @display(description="judged", ordering="adoption__judged_at")
    def judged_at(self, offer: ModelOffer) -> Any:
        """When."""
        adoption = getattr(offer, "adoption", None)
        return adoption.judged_at if adoption else None

    @display(description="tried again")
    def due_at(self, offer: ModelOffer) -> Any:
        """When, where a step failed."""
        adoption = getattr(offer, "adoption", None)
        return adoption.due_at if adoption else None


def _judged(offer: ModelOffer) -> Adoption | None:
    adoption: Adoption | None = getattr(offer, "adoption", None)
    return adoption if adoption and adoption.judged_at else None


def _score(offer: ModelOffer, name: str) -> str:
    """The value, emphasised where it is the one in use."""
    adoption = _judged(offer)
    value = getattr(adoption, name) if adoption else None
    if adoption is None or value is None:
        return "-"
    if adoption.served == name:
        return format_html('<strong class="text-important">{}</strong>', score(value))
    return score(value)
