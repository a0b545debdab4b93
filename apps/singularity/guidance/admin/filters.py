"""List filters of insights and shared facts."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import DropdownFilter

from apps.singularity.guidance.display.kinds import KINDS, SUBJECTS
from apps.singularity.guidance.models import ModelOffer
from apps.singularity.ingestion.admin.filters import ChoiceFilter


class KindFilter(ChoiceFilter):
    """By kind of insight."""

    title = "kind"
    parameter_name = "kind"
    pairs = list(KINDS.items())


class SubjectFilter(ChoiceFilter):
    """By what it is about."""

    title = "about"
    parameter_name = "subject"
    pairs = list(SUBJECTS.items())


class ModelKindFilter(ChoiceFilter):
    """By kind of model."""

    title = "kind"
    parameter_name = "kind"
    pairs = [("encoder", "search encoder"), ("t5", "T5"), ("vocabulary", "vocabulary")]


class ModelStateFilter(ChoiceFilter):
    """By how far the fleet is with it."""

    title = "state"
    parameter_name = "state"
    pairs = list(ModelOffer.State.choices)


class ShownFilter(DropdownFilter):
    """What holds and was not dismissed, unless somebody asks for the rest."""

    title = "shown"
    parameter_name = "shown"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """What there is besides."""
        return [("dismissed", "dismissed"), ("withdrawn", "told no more"), ("all", "all")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Rows of the state."""
        match self.value():
            case "all":
                return queryset
            case "dismissed":
                return queryset.exclude(dismissed_at=None)
            case "withdrawn":
                return queryset.exclude(withdrawn_at=None)
        return queryset.filter(withdrawn_at=None, dismissed_at=None)
