"""Insights as last told, and how new that is."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Scope(models.TextChoices):
    """Whom an insight was told to."""

    OWN = "own", "this instance alone"
    FLEET = "fleet", "all instances"


class Telling(models.Model):
    """How new what an instance was told is: a message of a lower revision changes nothing."""

    instance = models.CharField(max_length=63)
    scope = models.CharField(max_length=5, choices=Scope)
    revision = models.BigIntegerField()
    generated_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["instance", "scope"], name="told_once"),
        ]

    def __str__(self) -> str:
        return f"told {self.get_scope_display()}"


class Insight(models.Model):
    """One insight, with the numbers that it stands on as the contract's ``Evidence`` has them.

    ``withdrawn_at`` is when it was not told any more, ``dismissed_at`` when somebody here had
    seen enough of it; that stays when it is told again.
    """

    instance = models.CharField(max_length=63)
    scope = models.CharField(max_length=5, choices=Scope)
    key = models.CharField(max_length=200)
    kind = models.CharField(max_length=20)
    subject = models.CharField(max_length=12)
    subject_key = models.CharField(max_length=500)
    subject_kind = models.CharField(max_length=60, blank=True)
    language = models.CharField(max_length=30, blank=True)
    name = models.TextField()
    reason = models.CharField(max_length=500)
    score = models.FloatField()
    evidence = models.JSONField(default=dict)
    first_told_at = models.DateTimeField()
    last_told_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    dismissed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-score", "key", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["instance", "scope", "key"], name="insight_once"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["instance", "-score", "key"],
                condition=Q(withdrawn_at=None, dismissed_at=None),
                name="insight_open_by_score",
            ),
        ]

    def __str__(self) -> str:
        return self.reason
