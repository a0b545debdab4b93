"""Insights: the list, and one with all its numbers."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.shared.core.admin.base import InstanceAdmin
from apps.shared.dashboard.code import code_styles
from apps.singularity.guidance.admin.filters import KindFilter, ShownFilter, SubjectFilter
from apps.singularity.guidance.admin.marking import can_mark, dismiss, restore
from apps.singularity.guidance.models import Insight
from apps.singularity.guidance.selectors.digest import why_nothing
from apps.singularity.guidance.selectors.insights import said_once
from apps.singularity.patterns.admin.chips import kind_chips


@admin.register(Insight)
class InsightAdmin(InstanceAdmin):
    """What the fleet tells, best first."""

    list_display = ("reason", "score")
    list_filter = (KindFilter, SubjectFilter, ShownFilter)
    list_per_page = 25
    search_fields = ("name", "reason", "subject_key")
    search_help_text = "Words of the insight"
    ordering = ("-score", "key", "id")
    change_list_template = "guidance/insights.html"
    change_form_template = "guidance/insight.html"
    list_before_template = ""
    custom_urls = (
        ("dismiss", "guidance_dismiss", dismiss),
        ("restore", "guidance_restore", restore),
    )
    fields = (
        "key",
        "subject_key",
        "score",
        "first_told_at",
        "last_told_at",
        "withdrawn_at",
        "dismissed_at",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Insight]:
        """What was told twice, once."""
        rows: QuerySet[Insight] = super().get_queryset(request)
        return said_once(rows)

    def list_context(self, request: HttpRequest, changes: ChangeList) -> dict[str, Any]:
        """The number of insights of each kind, and why there is none."""
        return _shared(request) | {
            "kinds": kind_chips(request, changes, by=KindFilter),
            "why_nothing": why_nothing(),
        }

    def row_context(self, request: HttpRequest, row: Insight) -> dict[str, Any]:
        """Whether it may be put away."""
        return _shared(request)


def _shared(request: HttpRequest) -> dict[str, Any]:
    return {
        "code_styles": code_styles(),
        "can_dismiss": can_mark(request),
        "next": request.get_full_path(),
    }
