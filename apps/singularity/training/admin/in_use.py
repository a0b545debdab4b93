"""Which model answers for each kind and scope, and why."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest
from unfold.decorators import display

from apps.shared.core.admin.base import InstanceAdmin, link, row_url
from apps.singularity.training.admin.filters import KindFilter
from apps.singularity.training.admin.use import can_use, roll_back_now
from apps.singularity.training.display.names import chief
from apps.singularity.training.models import ModelInUse


@admin.register(ModelInUse)
class ModelInUseAdmin(InstanceAdmin):
    """What answers now, and what did before."""

    list_display = ("title", "measured", "before", "reason", "since")
    list_filter = (KindFilter,)
    list_select_related = ("model", "former")
    ordering = ("kind", "scope")
    change_list_template = "training/in_use.html"
    change_form_template = "training/in_use_row.html"
    list_before_template = ""
    custom_urls = (("<int:object_id>/roll-back", "training_roll_back", roll_back_now),)
    fields = ("kind", "scope", "model", "former", "reason", "since")

    def row_context(self, request: HttpRequest, row: ModelInUse) -> dict[str, Any]:
        """Whether one may go back."""
        return {"can_use": can_use(request)}

    def list_context(self, request: HttpRequest, changes: ChangeList) -> dict[str, Any]:
        """Nothing more than the rows."""
        return {}

    @display(description="Kind and scope", header=True)
    def title(self, row: ModelInUse) -> tuple[str, str]:
        """What it answers for, and its version."""
        return f"{row.get_kind_display()} for {row.scope}", row.model.version

    @display(description="On held-out code", empty_value="not measured")
    def measured(self, row: ModelInUse) -> str | None:
        """The metric that its kind is judged by."""
        return chief(row.model.kind, row.model.metrics) or None

    @display(description="Before", empty_value="none")
    def before(self, row: ModelInUse) -> str | None:
        """The one to go back to."""
        return link(row_url(row.former), row.former.version) if row.former else None
