"""Models that this instance has, its own and the fleet's."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from apps.singularity.training.models.runs import Kind, TrainingRun


class Model(models.Model):
    """A model bundle on this instance's disk, by digest; ``metrics`` are on its held-out code.

    ``artifact`` is the digest that the app ``artifacts`` knows; ``architecture``, ``tokenizer``
    and ``base_digest`` are parts of its family, which ``family`` names. ``tokenizer_model`` is the
    vocabulary that it was built on.
    """

    class Origin(models.TextChoices):
        """Who made it."""

        LOCAL = "local", "trained here"
        AGGREGATE = "aggregate", "the fleet's"
        PERSONALISED = "personalised", "the fleet's, tuned further here"

    instance = models.CharField(max_length=63)
    kind = models.CharField(max_length=10, choices=Kind)
    scope = models.CharField(max_length=80, default="all")
    origin = models.CharField(max_length=12, choices=Origin)
    version = models.CharField(max_length=160)
    family = models.CharField(max_length=80)
    architecture = models.CharField(max_length=71, blank=True)
    tokenizer = models.CharField(max_length=71, blank=True)
    base_digest = models.CharField(max_length=80, blank=True)
    artifact = models.CharField(max_length=71)
    size = models.BigIntegerField()
    base = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="derived")
    tokenizer_model = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="built_on_it"
    )
    run = models.OneToOneField(
        TrainingRun, models.SET_NULL, null=True, blank=True, related_name="model"
    )
    examples = models.BigIntegerField(default=0)
    metrics = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["instance", "version"], name="model_version"),
            models.CheckConstraint(condition=~Q(base=F("id")), name="model_no_own_base"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["instance", "kind", "scope"], name="model_by_kind"),
        ]

    def __str__(self) -> str:
        return self.version


class ModelInUse(models.Model):
    """Which model answers for a kind and scope, and which did before it."""

    instance = models.CharField(max_length=63)
    kind = models.CharField(max_length=10, choices=Kind)
    scope = models.CharField(max_length=80, default="all")
    model = models.ForeignKey(Model, models.PROTECT, related_name="+")
    former = models.ForeignKey(Model, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=500, blank=True)
    since = models.DateTimeField()

    class Meta:
        verbose_name_plural = "models in use"
        ordering: ClassVar = ["kind", "scope"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["instance", "kind", "scope"], name="one_in_use"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.scope}: {self.model}"
