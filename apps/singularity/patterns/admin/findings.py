"""Findings: the places that break a strong rule, rule by rule."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.http import HttpRequest

from apps.shared.core.admin.base import InstanceAdmin
from apps.shared.dashboard.code import code_styles
from apps.singularity.ingestion.admin.filters import CodebaseFilter
from apps.singularity.patterns.admin.examples import examples_shown
from apps.singularity.patterns.admin.filters import HoldsFilter, RuleLanguageFilter
from apps.singularity.patterns.admin.mining import head
from apps.singularity.patterns.models import Finding


@admin.register(Finding)
class FindingAdmin(InstanceAdmin):
    """What breaks a rule that nearly all the code keeps."""

    list_display = ("message", "path")
    list_filter = (("codebase", CodebaseFilter), RuleLanguageFilter, HoldsFilter)
    list_select_related = ("codebase", "pattern")
    search_fields = ("path", "symbol", "message")
    search_help_text = "Path, symbol or message"
    ordering = ("-pattern__confidence", "pattern_id", "path", "start_line", "id")
    change_list_template = "patterns/findings.html"
    change_form_template = "patterns/finding.html"
    list_before_template = ""
    fields = ("codebase", "symbol", "message", "revision", "first_seen_at", "last_seen_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Finding]:
        """Findings with the number of places that break the same rule."""
        rows: QuerySet[Finding] = super().get_queryset(request)
        same = Finding.objects.filter(pattern=OuterRef("pattern"), withdrawn_at=None).order_by()
        counted = same.values("pattern").annotate(number=Count("id")).values("number")
        return rows.annotate(breaks=Subquery(counted, output_field=IntegerField()))

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """A rule's page leads to all that break it."""
        allowed: bool = super().lookup_allowed(lookup, value, request)
        return allowed or lookup == "pattern__id__exact"

    def list_context(self, request: HttpRequest, changes: ChangeList) -> dict[str, Any]:
        """The list's head."""
        return head(request) | {"code_styles": code_styles()}

    def row_context(self, request: HttpRequest, row: Finding) -> dict[str, Any]:
        """Its code and its rule."""
        return _page(request, row)


def _page(request: HttpRequest, finding: Finding) -> dict[str, Any]:
    place = {
        "path": finding.path,
        "start_line": finding.start_line,
        "end_line": finding.end_line,
    }
    (example,) = examples_shown(request, codebase=finding.codebase, places=[place])
    return head(request, codebase=finding.codebase) | {
        "code_styles": code_styles(),
        "example": example,
    }
