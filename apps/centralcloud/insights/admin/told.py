"""What all are told, and what each instance is told."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import display

from apps.centralcloud.fleet.admin.base import FleetAdmin
from apps.centralcloud.insights.display import KINDS, SUBJECTS, numbers, versions
from apps.centralcloud.insights.models import Insight, Recommendation, Told


class KindFilter(DropdownFilter):
    """By kind of insight."""

    title = "kind"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """All kinds."""
        return list(KINDS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those of the kind."""
        return queryset.filter(kind=self.value()) if self.value() else queryset


class SubjectFilter(DropdownFilter):
    """By what it is about."""

    title = "about"
    parameter_name = "subject"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """All subjects."""
        return [(subject, subject) for subject in SUBJECTS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those about the subject."""
        return queryset.filter(subject=self.value()) if self.value() else queryset


class ToldAdmin(FleetAdmin):
    """Best first, each with why and its numbers."""

    list_display: tuple[str, ...] = ("told", "evidence_numbers", "scored", "first_told_at")
    list_filter = (KindFilter, SubjectFilter)
    list_per_page = 25
    search_fields: tuple[str, ...] = ("name", "reason", "subject_key")
    search_help_text = "Words of the insight"
    ordering: tuple[str, ...] = ("-score", "key")
    fields: tuple[str, ...] = (
        "told",
        "evidence_numbers",
        "versions_spread",
        "key",
        "subject_key",
        "score",
        "first_told_at",
        "changed_at",
    )
    readonly_fields: tuple[str, ...] = fields

    @display(description="Insight")
    def told(self, row: Told) -> SafeString:
        """Its kind, the reason and what it is about."""
        return format_html(
            '<div class="insight-told"><span class="text-subtle text-xs">{}, {}</span>'
            "<span>{}</span>{}</div>",
            KINDS.get(row.kind, row.kind),
            row.language or row.subject,
            row.reason,
            _content(row),
        )

    @display(description="Evidence")
    def evidence_numbers(self, row: Told) -> str:
        """The numbers it stands on."""
        return numbers(row.evidence)

    @display(description="Score", ordering="score")
    def scored(self, row: Told) -> str:
        """What it is ordered by."""
        return f"{row.score:.2f}"

    @display(description="Versions", empty_value="none")
    def versions_spread(self, row: Told) -> str | None:
        """Instances by version."""
        return versions(row.evidence) or None


def _content(row: Told) -> SafeString:
    """The content of a pattern as it is; others are named in the reason."""
    if row.subject != "pattern":
        return SafeString("")
    return format_html('<pre class="insight-code"><code>{}</code></pre>', row.name)


@admin.register(Insight)
class CloudInsightAdmin(ToldAdmin):
    """What all are told."""

    list_before_template = "insights/style.html"
    change_form_before_template = "insights/style.html"


@admin.register(Recommendation)
class RecommendationAdmin(ToldAdmin):
    """What each instance alone is told."""

    list_display = ("told", "instance", *ToldAdmin.list_display[1:])
    search_fields = ("=instance", *ToldAdmin.search_fields)
    search_help_text = "An instance's name, or words of the insight"
    ordering = ("instance", "-score", "key")
    fields = ("instance", *ToldAdmin.fields)
    readonly_fields = fields
    list_before_template = "insights/style.html"
    change_form_before_template = "insights/style.html"
