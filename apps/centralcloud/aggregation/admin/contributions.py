"""What each code base says."""

from __future__ import annotations

from django.contrib import admin
from django.utils.safestring import SafeString
from unfold.decorators import display

from apps.centralcloud.aggregation.admin.content import BY_SUBJECT, ContentAdmin, content_html
from apps.centralcloud.aggregation.models import Contribution
from apps.centralcloud.aggregation.services.adding_up_sql import VERSIONS_SHOWN


@admin.register(Contribution)
class ContributionAdmin(ContentAdmin):
    """Newest rows first."""

    list_display = ("content", "instance", "occurrences", "files", "since")
    list_filter = (BY_SUBJECT, "withdrawn")
    list_per_page = 25
    search_fields = ("=instance", "=key")
    search_help_text = "An instance, or a whole key"
    ordering = ("-id",)
    fields = (
        "content", "key", "instance", "codebase", "revision", "occurrences", "files",
        "opportunities", "confidence", "first_seen_at", "withdrawn_at", "versions",
    )  # fmt: skip
    readonly_fields = ("content", "versions")

    @display(description="Fact")
    def content(self, row: Contribution) -> SafeString:
        """What it is, and its content; a withdrawn one has none."""
        return content_html(row) if not row.withdrawn else SafeString("withdrawn")

    @display(description="Since", ordering="first_seen_at")
    def since(self, row: Contribution) -> str:
        """The day that it was first seen there, or withdrawn."""
        at = row.withdrawn_at or row.first_seen_at
        return f"{at:%Y-%m-%d}" if at else ""

    @display(description="Versions")
    def versions(self, row: Contribution) -> str:
        """Those that this code base pins."""
        return ", ".join(row.details.get("versions", [])[:VERSIONS_SHOWN]) or "none told"
