"""Models: the list, and one with where it comes from and what comes of it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from unfold.decorators import display

from apps.shared.artifacts.display import removed_text
from apps.shared.core.admin.base import InstanceAdmin
from apps.singularity.training.admin.filters import KindFilter, OriginFilter
from apps.singularity.training.admin.use import can_use, use_now
from apps.singularity.training.display.names import chief, metric_rows
from apps.singularity.training.models import Model
from apps.singularity.training.selectors.models import with_bundle, with_use

DERIVED_SHOWN = 20


@admin.register(Model)
class ModelAdmin(InstanceAdmin):
    """What this instance has, its own and the fleet's."""

    list_display = ("title", "used", "made_by", "measured", "examples", "created_at")
    list_filter = (KindFilter, OriginFilter)
    search_fields = ("version", "family", "artifact")
    search_help_text = "Version, family or digest"
    ordering = ("-id",)
    change_list_template = "training/models.html"
    change_form_template = "training/model.html"
    list_before_template = ""
    custom_urls = (("<int:object_id>/use", "training_model_use", use_now),)
    fields = (
        "family", "artifact", "size", "architecture", "tokenizer", "base_digest", "examples",
        "created_at",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Model]:
        """Models with their lineage and whether they are in use."""
        rows: QuerySet[Model] = super().get_queryset(request)
        return with_bundle(with_use(rows.select_related("base", "tokenizer_model", "run")))

    def row_context(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """Metrics, lineage, and whether one may take it into use."""
        before = row.run.before if row.run else {}
        return {
            "metrics": metric_rows(row.kind, before, row.metrics),
            "derived": list(row.derived.all()[:DERIVED_SHOWN]),
            "built_on_it": list(row.built_on_it.all()[:DERIVED_SHOWN]),
            "can_use": can_use(request),
            "removed": removed_text(row.bundle_removed_at),
        }

    @display(description="Model", header=True)
    def title(self, model: Model) -> tuple[str, str]:
        """Its version, and what it is."""
        return model.version, f"{model.get_kind_display()} for {model.scope}"

    @display(description="In use")
    def used(self, model: Any) -> str:
        """A badge, or that its bundle is gone."""
        said = removed_text(model.bundle_removed_at)
        return said or render_to_string("training/in_use_badge.html", {"in_use": model.in_use})

    @display(description="Origin", ordering="origin")
    def made_by(self, model: Model) -> str:
        """Who made it."""
        return model.get_origin_display()

    @display(description="On held-out code", empty_value="not measured")
    def measured(self, model: Model) -> str | None:
        """The metric that its kind is judged by."""
        return chief(model.kind, model.metrics) or None
