"""What instances trained and sent, or kept."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from apps.centralcloud.averaging.display import SUBMISSION_VARIANTS
from apps.centralcloud.averaging.models import Submission
from apps.centralcloud.fleet.admin.base import FleetAdmin
from apps.shared.artifacts.display import removed_text
from apps.shared.artifacts.selectors import bundle_removed_at


@admin.register(Submission)
class SubmissionAdmin(FleetAdmin):
    """The newest first."""

    list_display = ("version", "instance", "condition", "round", "reason", "received_at")
    list_filter = ("state", "kind", "asked")
    search_fields = ("=instance", "version", "=told_family")
    search_help_text = "An instance, part of a version, or a family's key"
    list_select_related = ("round",)
    change_form_before_template = "averaging/style.html"
    fields = (
        "condition", "reason", "instance", "version", "kind", "scope", "told_family", "round",
        "staleness", "base", "asked", "codec", "artifact", "bundle", "size", "examples", "metrics",
        "weight", "norm", "cosine", "run", "completed_at", "received_at",
    )  # fmt: skip
    readonly_fields = ("condition", "bundle")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With when each bundle was removed."""
        rows: QuerySet[Any] = super().get_queryset(request)
        found: QuerySet[Any] = rows.annotate(bundle_removed_at=bundle_removed_at())
        return found

    @display(description="Bundle here", empty_value="not removed, or never fetched")
    def bundle(self, row: Any) -> str | None:
        """That it is gone, and since when."""
        return removed_text(row.bundle_removed_at) or None

    @display(description="State", label=SUBMISSION_VARIANTS, ordering="state")
    def condition(self, row: Submission) -> str:
        """What became of it."""
        return row.get_state_display()
