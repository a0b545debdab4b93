"""What the fleet's facts mean: insights for all, recommendations for each, and who was told."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Told(models.Model):
    """One insight as it holds now, with the numbers that it stands on.

    ``key`` stays the same as long as it says the same of the same subject. ``digest`` is of all
    that is told of it.
    """

    key = models.CharField(max_length=200)
    kind = models.CharField(max_length=20)
    subject = models.CharField(max_length=12)
    subject_key = models.CharField(max_length=500)
    subject_kind = models.CharField(max_length=60, blank=True)
    language = models.CharField(max_length=30, blank=True)
    name = models.TextField(blank=True)
    reason = models.CharField(max_length=500)
    score = models.FloatField()
    evidence = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    first_told_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.reason


class Insight(Told):
    """What is of interest to all."""

    class Meta:
        ordering: ClassVar = ["-score", "key"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key"], name="cloud_insight_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["kind", "-score"], name="cloud_insight_by_kind"),
        ]


class Recommendation(Told):
    """What one instance alone is told."""

    instance = models.CharField(max_length=63)

    class Meta:
        ordering: ClassVar = ["-score", "key"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["instance", "key"], name="recommendation_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["instance", "-score", "key"], name="recommendation_by_score"),
        ]


class Telling(models.Model):
    """What an audience was last told: an instance, or all where the name is empty.

    ``revision`` grows with each change of the content, ``digest`` is of that content. ``sent_at``
    is when it was last put into the outbox.
    """

    audience = models.CharField(max_length=63, blank=True, unique=True)
    revision = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    generated_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["audience"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(revision__gt=0), name="telling_revision"),
        ]

    def __str__(self) -> str:
        return self.audience or "all"
