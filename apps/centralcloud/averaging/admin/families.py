"""Families, and why others are not averaged with them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.decorators import display

from apps.centralcloud.averaging.admin.lineage import lineage_context
from apps.centralcloud.averaging.models import ModelFamily
from apps.centralcloud.averaging.selectors.families import families_excluded
from apps.centralcloud.fleet.admin.base import FleetAdmin


@admin.register(ModelFamily)
class FamilyAdmin(FleetAdmin):
    """By kind and scope."""

    list_display = ("key", "kind", "scope", "major", "created_at")
    list_filter = ("kind",)
    search_fields = ("key", "scope")
    search_help_text = "Part of a key, or languages"
    change_form_template = "averaging/family.html"
    fields = (
        "kind", "scope", "major", "architecture", "tokenizer", "base_digest", "tensors",
        "created_at",
    )  # fmt: skip
    readonly_fields = ("tensors",)

    @display(description="Tensors")
    def tensors(self, family: ModelFamily) -> str:
        """How many, as far as one was read."""
        return f"{len(family.shapes):,}" if family.shapes else "none read yet"

    def row_context(self, request: HttpRequest, row: ModelFamily) -> dict[str, Any]:
        """Its aggregates, and the families that are kept apart from it."""
        return {"others": families_excluded(row), **lineage_context(row)}
