"""How a code base is built: architecture patterns, its module graph, and what changed in it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from apps.singularity.patterns.models.learned import Learned


class ArchitecturePattern(Learned):
    """An architecture pattern with the indicators that speak for it and against it."""

    key = models.CharField(max_length=80)
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    signature = models.CharField(max_length=80)
    confidence = models.FloatField(help_text="Between 0 and 1.")
    met = models.JSONField(default=list)
    missed = models.JSONField(default=list)
    against = models.JSONField(default=list)

    class Meta:
        ordering: ClassVar = ["-confidence", "key"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["codebase", "key"], name="architecture_key"),
            models.CheckConstraint(
                condition=Q(confidence__gte=0, confidence__lte=1), name="architecture_confidence"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ModuleGraph(models.Model):
    """The module graph of a code base as last mined: components, edges, cycles, metrics."""

    instance = models.CharField(max_length=63)
    codebase = models.OneToOneField(
        "ingestion.Codebase",
        models.CASCADE,
        verbose_name="code base",
        related_name="+",
        db_constraint=False,
    )
    revision = models.BigIntegerField()
    mined_at = models.DateTimeField()
    graph = models.JSONField(help_text="Modules, components, cycles and their measures.")
    summary = models.JSONField(help_text="What the next mining compares itself with.")
    drawing = models.TextField(blank=True, help_text="SVG of the component graph.")

    def __str__(self) -> str:
        return f"module graph of code base {self.codebase_id}"


class ArchitectureChange(models.Model):
    """Drift: one thing that a mining found changed since the one before it."""

    instance = models.CharField(max_length=63)
    codebase = models.ForeignKey(
        "ingestion.Codebase",
        models.CASCADE,
        verbose_name="code base",
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    revision = models.BigIntegerField()
    found_at = models.DateTimeField()
    kind = models.CharField(max_length=40)
    message = models.TextField()
    details = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering: ClassVar = ["-revision", "id"]
        indexes: ClassVar = [
            models.Index(fields=["codebase", "-revision"], name="change_by_revision"),
        ]

    def __str__(self) -> str:
        return self.message
