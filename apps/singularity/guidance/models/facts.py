"""What the fleet has, as last told."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class SharedFact(models.Model):
    """A pattern, framework or package that several instances have; see the contract's fields."""

    instance = models.CharField(max_length=63)
    subject = models.CharField(max_length=12)
    key = models.CharField(max_length=500)
    kind = models.CharField(max_length=60, blank=True)
    language = models.CharField(max_length=30, blank=True)
    name = models.TextField()
    instances = models.BigIntegerField()
    eligible = models.BigIntegerField()
    codebases = models.BigIntegerField()
    occurrences = models.BigIntegerField()
    share = models.FloatField()
    confidence = models.FloatField()
    trend = models.IntegerField(default=0)
    first_seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-instances", "-confidence", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["instance", "subject", "key"], name="shared_once"),
        ]

    def __str__(self) -> str:
        return self.name.partition("\n")[0][:120] or self.key


class FleetStatistics(models.Model):
    """What the fleet holds together, as last told: the contract's ``GlobalStatistics``."""

    instance = models.CharField(max_length=63, unique=True)
    revision = models.BigIntegerField()
    generated_at = models.DateTimeField()
    received_at = models.DateTimeField()
    report = models.JSONField()

    class Meta:
        verbose_name_plural = "fleet statistics"

    def __str__(self) -> str:
        return f"fleet of {self.generated_at:%Y-%m-%d %H:%M}"
