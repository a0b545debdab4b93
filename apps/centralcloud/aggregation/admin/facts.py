"""Facts of the fleet, and who has each."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.decorators import display

from apps.centralcloud.aggregation.admin.content import (
    BY_SUBJECT,
    ContentAdmin,
    content_html,
    percent,
)
from apps.centralcloud.aggregation.admin.matrix import matrix_page
from apps.centralcloud.aggregation.models import GlobalFact
from apps.centralcloud.aggregation.selectors.facts import fact_contributions, fact_course
from apps.shared.dashboard.charts import Series, line_chart

HOLDERS_SHOWN = 200


@admin.register(GlobalFact)
class FactAdmin(ContentAdmin):
    """Those that most instances have first."""

    list_display = ("content", "who", "sure", "moves", "since", "others_see")
    list_filter = (BY_SUBJECT, "shown")
    list_per_page = 25
    search_fields = ("name", "=key")
    search_help_text = "Words of the content, or a whole key"
    custom_urls = (("matrix", "aggregation_matrix", matrix_page),)
    change_form_template = "aggregation/fact.html"
    fields = (
        "key", "who", "sure", "others_see", "codebases", "occurrences", "files",
        "opportunities", "moves", "versions", "first_seen_at", "first_seen_instance",
        "aggregated_at",
    )  # fmt: skip
    readonly_fields = ("who", "sure", "moves", "others_see", "versions")

    @display(description="Fact")
    def content(self, fact: GlobalFact) -> SafeString:
        """What it is, and its content."""
        return content_html(fact)

    @display(description="Instances", ordering="instances")
    def who(self, fact: GlobalFact) -> str:
        """How many have it, of those that could."""
        return f"{fact.instances:,} of {fact.eligible:,}, {percent(fact.share)}"

    @display(description="At least", ordering="confidence")
    def sure(self, fact: GlobalFact) -> str:
        """The lower bound of the share."""
        return percent(fact.confidence)

    @display(description="Last 4 weeks", ordering="trend")
    def moves(self, fact: GlobalFact) -> str:
        """Who joined and who left."""
        parts = [(fact.joined, "joined"), (fact.left, "left")]
        return ", ".join(f"{number:,} {what}" for number, what in parts if number) or "no change"

    @display(description="First seen", ordering="first_seen_at", empty_value="")
    def since(self, fact: GlobalFact) -> str | None:
        """The day."""
        return f"{fact.first_seen_at:%Y-%m-%d}" if fact.first_seen_at else None

    @display(description="Shared", boolean=True, ordering="shown")
    def others_see(self, fact: GlobalFact) -> bool:
        """Whether enough instances tell the same."""
        return fact.shown

    @display(description="Versions")
    def versions(self, fact: GlobalFact) -> str:
        """Instances by version."""
        found = fact.details.get("versions", {})
        ordered = sorted(found.items(), key=lambda one: (-one[1], one[0]))
        return ", ".join(f"{version}: {number:,}" for version, number in ordered) or "none told"

    def row_context(self, request: HttpRequest, row: GlobalFact) -> dict[str, Any]:
        """Its content, since when who has it, and each code base that does."""
        rows = list(fact_contributions(row)[: HOLDERS_SHOWN + 1])
        return super().row_context(request, row) | {
            "content": content_html(row),
            "course": line_chart("Instances that have it", [Series("", fact_course(row))]),
            "rows": rows[:HOLDERS_SHOWN],
            "more": len(rows) > HOLDERS_SHOWN,
        }
