"""Instances, what each last said of itself, and the keys that its messages are signed with."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q

NAME = r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"


class Instance(models.Model):
    """A member of the fleet, with its last heartbeat.

    ``heard_at`` is by the stream's clock, ``told_at`` and ``started_at`` by the instance's own.
    What was stored up to ``withdrawn_at`` counts no more, even after it was enrolled again.
    """

    class State(models.TextChoices):
        """Whether it may speak."""

        ENROLLED = "enrolled"
        REVOKED = "revoked"
        WITHDRAWN = "withdrawn"

    name = models.CharField(max_length=63, primary_key=True)
    state = models.CharField(max_length=10, choices=State, default=State.ENROLLED)
    note = models.CharField(max_length=200, blank=True)
    enrolled_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    heard_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    version = models.CharField(max_length=100, blank=True)
    mode = models.CharField(max_length=10, blank=True)
    jobs = models.JSONField(default=list, blank=True)
    languages = models.JSONField(default=list, blank=True)
    codebases = models.BigIntegerField(default=0, verbose_name="code bases")
    files = models.BigIntegerField(default=0)
    patterns = models.BigIntegerField(default=0)
    frameworks = models.BigIntegerField(default=0)
    queued = models.BigIntegerField(default=0, help_text="Messages that wait to be sent.")
    lag_seconds = models.FloatField(default=0, help_text="Age of the oldest that waits.")

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(name__regex=NAME), name="instance_name"),
            models.CheckConstraint(
                condition=Q(state__in=["enrolled", "revoked"])
                | Q(state="withdrawn", withdrawn_at__isnull=False),
                name="instance_state",
            ),
            models.CheckConstraint(
                condition=Q(heard_at=None, told_at=None, started_at=None)
                | Q(heard_at__isnull=False, told_at__isnull=False, started_at__isnull=False),
                name="instance_heard",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["state", "heard_at"], name="instance_by_heard"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def skew(self) -> timedelta | None:
        """How far its clock is ahead of the stream's; the way of the message counts as behind."""
        if self.heard_at is None or self.told_at is None:
            return None
        return self.told_at - self.heard_at


class InstanceKey(models.Model):
    """A public NKey. A retired or revoked one verifies what the stream took before that."""

    instance = models.ForeignKey(Instance, models.PROTECT, related_name="keys")
    public = models.CharField(max_length=56, unique=True)
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["instance"],
                condition=Q(retired_at=None, revoked_at=None),
                name="key_one_in_use",
            ),
            models.CheckConstraint(condition=Q(public__regex=r"^U[A-Z2-7]{55}$"), name="key_form"),
        ]

    def __str__(self) -> str:
        return self.public

    @property
    def use(self) -> str:
        """``in use``, ``retired`` or ``revoked``."""
        if self.revoked_at is not None:
            return "revoked"
        return "in use" if self.retired_at is None else "retired"
