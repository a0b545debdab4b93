"""Aggregates with their lineage, and how each did at each instance."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.decorators import display

from apps.centralcloud.averaging.admin.lineage import lineage_context
from apps.centralcloud.averaging.admin.wins import win_rows
from apps.centralcloud.averaging.display import AGGREGATE_VARIANTS
from apps.centralcloud.averaging.models import AggregateModel
from apps.centralcloud.averaging.selectors.overview import aggregates_counted, evaluations_shown
from apps.centralcloud.fleet.admin.base import FleetAdmin
from apps.shared.artifacts.display import removed_text
from apps.shared.artifacts.selectors import bundle_removed_at
from apps.shared.core.admin.base import link, row_url

INSTANCES_SHOWN = 200


@admin.register(AggregateModel)
class AggregateAdmin(FleetAdmin):
    """The newest first."""

    list_display = ("version", "condition", "goes_on_from", "contributors", "won", "created_at")
    list_filter = ("state", "family__kind")
    list_per_page = 25
    search_fields = ("version", "=family__key")
    search_help_text = "Part of a version, or a family's key"
    list_select_related = ("family", "base")
    change_form_template = "averaging/aggregate.html"
    fields = (
        "condition", "reason", "family", "goes_on_from", "contributors", "artifact", "bundle",
        "size", "tokenizer", "created_at", "judged_at",
    )  # fmt: skip
    readonly_fields = ("condition", "goes_on_from", "bundle")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With how many judged each, and at how many it won."""
        return aggregates_counted().annotate(bundle_removed_at=bundle_removed_at())

    @display(description="State", label=AGGREGATE_VARIANTS, ordering="state")
    def condition(self, aggregate: AggregateModel) -> str:
        """What the fleet came to."""
        return aggregate.state

    @display(description="Goes on from", empty_value="nothing")
    def goes_on_from(self, aggregate: AggregateModel) -> SafeString | str | None:
        """Its predecessor."""
        return link(row_url(aggregate.base), aggregate.base) if aggregate.base else None

    @display(description="Bundle here", empty_value="not removed")
    def bundle(self, aggregate: Any) -> str | None:
        """That it is gone, and since when."""
        return removed_text(aggregate.bundle_removed_at) or None

    @display(description="Beats local models")
    def won(self, aggregate: Any) -> str:
        """At how many of the instances that compared."""
        return (
            f"at {aggregate.wins:,} of {aggregate.judged:,}" if aggregate.judged else "not judged"
        )

    def row_context(self, request: HttpRequest, row: AggregateModel) -> dict[str, Any]:
        """The win table, and its family's aggregates."""
        rows = list(evaluations_shown([row])[:INSTANCES_SHOWN])
        return {"wins": win_rows(rows), **lineage_context(row.family)}
