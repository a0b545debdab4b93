"""What instances trained and sent, or kept."""

from __future__ import annotations

from django.contrib import admin
from unfold.decorators import display

from apps.centralcloud.averaging.display import SUBMISSION_VARIANTS
from apps.centralcloud.averaging.models import Submission
from apps.centralcloud.fleet.admin.base import FleetAdmin


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
        "staleness", "base", "asked", "codec", "artifact", "size", "examples", "metrics", "weight",
        "norm", "cosine", "run", "completed_at", "received_at",
    )  # fmt: skip
    readonly_fields = ("condition",)

    @display(description="State", label=SUBMISSION_VARIANTS, ordering="state")
    def condition(self, row: Submission) -> str:
        """What became of it."""
        return row.get_state_display()
