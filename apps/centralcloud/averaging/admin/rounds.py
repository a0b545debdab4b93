"""Rounds: what was submitted, what was accepted, what was left out and why."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from apps.centralcloud.averaging.display import ROUND_VARIANTS, SUBMISSION_VARIANTS
from apps.centralcloud.averaging.models import Round, Submission
from apps.centralcloud.fleet.admin.base import FleetAdmin

SUBMISSIONS_SHOWN = 200
_COUNTED = {
    "there": Submission.State.ANNOUNCED,
    "accepted": Submission.State.ACCEPTED,
    "left_out": Submission.State.LEFT_OUT,
}


@admin.register(Round)
class RoundAdmin(FleetAdmin):
    """The newest first."""

    list_display = ("title", "condition", "asks", "has", "closes_at", "error")
    list_filter = ("state", "family__kind")
    list_per_page = 25
    search_fields = ("=family__key",)
    search_help_text = "A family's key"
    list_select_related = ("family", "base")
    change_form_template = "averaging/round.html"
    fields = (
        "condition", "error", "family", "number", "asks", "base", "codec", "aggregator", "options",
        "quorum", "opened_at", "closes_at", "closed_at", "aggregate",
    )  # fmt: skip
    readonly_fields = ("condition",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With how many submissions of each state."""
        counted = {
            name: Count("submissions", filter=Q(submissions__state=state))
            for name, state in _COUNTED.items()
        }
        rows: QuerySet[Any] = super().get_queryset(request).annotate(**counted)
        return rows

    @display(description="Round", header=True, ordering="number")
    def title(self, round_: Round) -> tuple[str, str]:
        """Its number and family."""
        return f"Round {round_.number}", round_.family_id

    @display(description="State", label=ROUND_VARIANTS, ordering="state")
    def condition(self, round_: Round) -> str:
        """How far it is."""
        return round_.state

    @display(description="Submissions")
    def has(self, round_: Any) -> str:
        """How many wait or were accepted, and how many were left out."""
        good = f"{round_.there + round_.accepted:,} of {round_.quorum:,}"
        return f"{good}, {round_.left_out:,} left out" if round_.left_out else good

    def row_context(self, request: HttpRequest, row: Round) -> dict[str, Any]:
        """What was submitted, the accepted first."""
        rows = row.submissions.order_by("state", "instance")[:SUBMISSIONS_SHOWN]
        shown = [{"row": one, "variant": SUBMISSION_VARIANTS.get(one.state, "")} for one in rows]
        return {"submissions": shown}
