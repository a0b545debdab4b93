"""Advisories: those that concern this instance, and one with what it concerns."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import display

from apps.shared.core.admin.base import InstanceAdmin
from apps.singularity.guidance.display.advisories import remedy, standing, why_no_advisories
from apps.singularity.guidance.models import WORST_FIRST, Advisory
from apps.singularity.guidance.selectors.advisories import advisories_here, advisories_joined
from apps.singularity.ingestion.admin.filters import ChoiceFilter

_FIELDS = (
    "name", "purl", "kind", "advisory", "severity", "summary", "here", "remedy", "affected",
    "fixed", "published_at", "first_told_at", "last_told_at", "over",
)  # fmt: skip
_LABELS = {
    "critical": "danger", "high": "danger", "medium": "warning", "low": "info",
}  # fmt: skip


class AdvisoryKindFilter(ChoiceFilter):
    """By what is wrong."""

    title = "kind"
    parameter_name = "kind"
    pairs = list(Advisory.Kind.choices)


class SeverityFilter(ChoiceFilter):
    """By how severe it is."""

    title = "severity"
    parameter_name = "severity"
    pairs = [(name, name) for name in ("critical", "high", "medium", "low", "none")]


class ConcernFilter(DropdownFilter):
    """What concerns this instance, unless somebody asks for the rest."""

    title = "shown"
    parameter_name = "shown"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """What there is besides."""
        return [("told", "all that holds"), ("over", "what is over"), ("all", "all")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Rows of the state."""
        match self.value():
            case "all":
                return queryset
            case "told":
                return queryset.filter(over=False)
            case "over":
                return queryset.filter(over=True)
        return queryset.filter(pk__in=[one.advisory.pk for one in advisories_here()])


@admin.register(Advisory)
class AdvisoryAdmin(InstanceAdmin):
    """Packages to look at, worst first."""

    list_display = ("name", "rated", "kind", "here", "remedy", "summary")
    list_filter = (ConcernFilter, AdvisoryKindFilter, SeverityFilter)
    search_fields = ("name", "purl", "advisory", "summary")
    search_help_text = "Words of the package, the advisory or what it says"
    ordering = (WORST_FIRST, "name", "key", "id")
    fields = _FIELDS
    readonly_fields = _FIELDS
    list_before_template = "guidance/advisories_before.html"

    def list_context(self, request: HttpRequest, changes: ChangeList) -> dict[str, Any]:
        """What each concerns, in one query; why there is none."""
        _join(list(changes.result_list))
        asked = changes.has_active_filters or changes.query
        return {"why_nothing": "" if changes.result_count or asked else why_no_advisories()}

    def row_context(self, request: HttpRequest, row: Advisory) -> dict[str, Any]:
        """What it concerns."""
        _join([row])
        return {}

    @display(description="severity", label=_LABELS)
    def rated(self, row: Advisory) -> tuple[str, str] | str:
        """In its colour."""
        return (row.severity, row.severity) if row.severity else "-"

    @display(description="here")
    def here(self, row: Advisory) -> str:
        """Code bases with their versions."""
        return getattr(row, "standing", "") or "-"

    @display(description="what to do")
    def remedy(self, row: Advisory) -> str:
        """In one line."""
        return "-" if row.over else remedy(row)


def _join(rows: list[Advisory]) -> None:
    """Rows come from the list as they are; what they concern is not in their table."""
    for one in advisories_joined(rows):
        one.advisory.standing = standing(one.here)  # type: ignore[attr-defined]  # for `here` above
