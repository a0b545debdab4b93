"""The win table: how each aggregate did at each instance."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest
from unfold.decorators import display

from apps.centralcloud.averaging.admin.wins import win_rows
from apps.centralcloud.averaging.display import gain_text, measure
from apps.centralcloud.averaging.models import Evaluation
from apps.centralcloud.fleet.admin.base import FleetAdmin


@admin.register(Evaluation)
class EvaluationAdmin(FleetAdmin):
    """The last judged first."""

    list_display = (
        "instance", "aggregate", "metric", "local_shown", "value_shown", "gain", "served",
    )  # fmt: skip
    list_filter = ("metric", "served", "adopted", "aggregate__family__kind")
    list_per_page = 25
    search_fields = ("=instance", "aggregate__version")
    search_help_text = "An instance, or part of a version"
    list_select_related = ("aggregate",)
    list_before_template = "averaging/wins_list.html"
    change_form_before_template = "averaging/style.html"
    fields = (
        "aggregate", "instance", "metric", "value", "local", "former", "personalised", "gain",
        "examples", "served", "adopted", "reason", "evaluated_at",
    )  # fmt: skip
    readonly_fields = ("gain",)

    @display(description="Local", ordering="local")
    def local_shown(self, row: Evaluation) -> str:
        """Rounded, as in the table above."""
        return measure(row.local) if row.local is not None else "-"

    @display(description="Aggregate", ordering="value")
    def value_shown(self, row: Evaluation) -> str:
        """Rounded, as in the table above."""
        return measure(row.value)

    @display(description="Beside local")
    def gain(self, row: Evaluation) -> str:
        """How much better or worse."""
        return f"{measure(row.gain)} ({gain_text(row)})" if row.gain is not None else gain_text(row)

    def list_context(self, request: HttpRequest, changes: ChangeList) -> dict[str, Any]:
        """The rows of this page as a table with the wins coloured."""
        return {"wins": win_rows(changes.result_list)}
