"""What a code base is built with: frameworks and tools, and the data schemas that it declares."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from apps.singularity.patterns.models.learned import Learned


class Framework(Learned):
    """A framework or tool in use, with its evidence.

    ``role`` is ``self`` where the code base is that framework, else ``uses``.
    """

    key = models.CharField(max_length=80)
    name = models.CharField(max_length=120)
    category = models.CharField(max_length=60)
    role = models.CharField(max_length=20, default="uses")
    scope = models.CharField(max_length=40, blank=True)
    purl = models.CharField(max_length=500, blank=True)
    version = models.CharField(max_length=200, blank=True)
    requirement = models.TextField(blank=True)
    confidence = models.FloatField(help_text="Between 0 and 1.")
    evidence = models.JSONField(default=list)

    class Meta:
        ordering: ClassVar = ["-confidence", "key"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["codebase", "key"], name="framework_key"),
            models.CheckConstraint(
                condition=Q(confidence__gte=0, confidence__lte=1), name="framework_confidence"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}".strip()


class DataSchema(Learned):
    """The stored entities that one kind of declaration makes up, as counts."""

    source = models.CharField(max_length=40)
    entities = models.IntegerField()
    field_count = models.IntegerField()
    relations = models.IntegerField()
    details = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering: ClassVar = ["-entities", "source"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["codebase", "source"], name="schema_source"),
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.entities} entities"
