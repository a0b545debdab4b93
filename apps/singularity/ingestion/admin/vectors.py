"""Generations of vectors, one for each embedding model."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from apps.shared.core.admin.base import InstanceAdmin
from apps.singularity.ingestion.models import EmbeddingGeneration

STATE_COLOURS = {"active": "success", "building": "info"}


@admin.register(EmbeddingGeneration)
class GenerationAdmin(InstanceAdmin):
    """One answers searches, one may be built beside it, one may be left to go back to."""

    list_display = ("name", "state_shown", "dimensions", "vectors", "created_at", "activated_at")
    fields = (
        "name", "state_shown", "dimensions", "vectors", "identity", "setting", "created_at",
        "activated_at",
    )  # fmt: skip
    readonly_fields = ("state_shown", "vectors")

    def get_queryset(self, request: HttpRequest) -> QuerySet[EmbeddingGeneration]:
        """Generations with their numbers of vectors."""
        rows: QuerySet[EmbeddingGeneration] = super().get_queryset(request)
        return rows.annotate(number=Count("embeddings"))

    @display(description="State", label=STATE_COLOURS)
    def state_shown(self, generation: EmbeddingGeneration) -> str:
        """Whether it answers, is being made, or answered before."""
        return generation.state

    @display(description="Vectors", ordering="number")
    def vectors(self, generation: Any) -> str:
        """Vectors stored."""
        return f"{generation.number:,}"
