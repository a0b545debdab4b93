"""Which packages are wanted beside those declared, and how each reading of one went."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from apps.centralcloud.package_sync.models.packages import PURL_LENGTH, Package


class Seed(models.Model):
    """A package that an admin wants, whether or not any instance declares it."""

    purl = models.CharField(max_length=PURL_LENGTH, unique=True)
    depth = models.SmallIntegerField(
        default=1, help_text="How many steps of dependencies are read with it."
    )
    note = models.CharField(max_length=200, blank=True)
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["purl"]

    def __str__(self) -> str:
        return self.purl


class Outcome(models.Model):
    """How one reading of a package went.

    ``cause`` is the kind of failure, as ``engine.registry`` names it, and ``reason`` a line on it.
    """

    class State(models.TextChoices):
        """What came of it."""

        CHANGED = "changed"
        UNCHANGED = "unchanged"
        MISSING = "missing"
        FAILED = "failed"
        LEFT_OUT = "left out"

    package = models.ForeignKey(Package, models.CASCADE, related_name="outcomes")
    job = models.ForeignKey("core.Job", models.SET_NULL, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=10, choices=State)
    cause = models.CharField(max_length=20, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    requests = models.IntegerField(default=0)
    bytes = models.BigIntegerField(default=0, help_text="Received, as they came over the wire.")
    seconds = models.FloatField(default=0)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-at", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["-at", "-id"], name="outcome_at"),
            models.Index(fields=["state", "-at"], name="outcome_state"),
        ]

    def __str__(self) -> str:
        return f"{self.package_id} {self.state}"
