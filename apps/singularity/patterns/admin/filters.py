"""List filters of patterns and findings."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import DropdownFilter

from apps.singularity.ingestion.admin.filters import LANGUAGE_CHOICES, ChoiceFilter
from apps.singularity.patterns.display.kinds import KIND_PLURALS


class KindFilter(ChoiceFilter):
    """By kind of pattern."""

    title = "kind"
    parameter_name = "kind"
    pairs = [(kind.value, name) for kind, name in KIND_PLURALS.items()]


class RuleLanguageFilter(ChoiceFilter):
    """Findings by the language of their rule."""

    title = "language"
    parameter_name = "pattern__language"
    pairs = LANGUAGE_CHOICES


class HoldsFilter(DropdownFilter):
    """What holds now, unless somebody asks for what did."""

    title = "holds"
    parameter_name = "withdrawn"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """What there is besides that which holds now."""
        return [("yes", "no more"), ("also", "now or no more")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Rows that hold, that do not, or both."""
        if self.value() == "also":
            return queryset
        return queryset.filter(withdrawn_at__isnull=self.value() != "yes")
