"""Families, rounds, what was submitted to them, the aggregates, and how those were judged."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from apps.centralcloud.averaging.engine.judging import gain_of


class Kind(models.TextChoices):
    """What kind of model."""

    VOCABULARY = "vocabulary"
    T5 = "t5", "T5"
    ENCODER = "encoder", "search encoder"


class ModelFamily(models.Model):
    """Models whose weights mean the same; made by the first submission of its key."""

    key = models.CharField(max_length=80, primary_key=True)
    kind = models.CharField(max_length=10, choices=Kind)
    scope = models.CharField(max_length=80)
    architecture = models.CharField(max_length=71, blank=True)
    tokenizer = models.CharField(max_length=71, blank=True)
    base_digest = models.CharField(max_length=80, blank=True)
    shapes = models.JSONField(
        default=dict, help_text="Tensor names to [dtype, shape], of its first submission."
    )
    major = models.PositiveIntegerField(
        default=1, help_text="Tells families of one kind and scope apart in their versions."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "model families"
        ordering: ClassVar = ["kind", "scope", "key"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "scope", "major"], name="family_major"),
        ]

    def __str__(self) -> str:
        return self.key


class AggregateModel(models.Model):
    """What a round made; ``metrics`` are means over the fleet, weighted by held-out code."""

    class State(models.TextChoices):
        """Whether newcomers begin with it."""

        CANDIDATE = "candidate", "candidate (instances judge it)"
        PROMOTED = "promoted"
        REJECTED = "rejected", "rejected (it lost to its predecessor)"

    family = models.ForeignKey(ModelFamily, models.PROTECT, related_name="aggregates")
    version = models.CharField(max_length=160, unique=True)
    number = models.PositiveIntegerField(help_text="Counts the family's aggregates, from 1.")
    state = models.CharField(max_length=10, choices=State, default=State.CANDIDATE)
    artifact = models.CharField(max_length=71)
    size = models.BigIntegerField()
    tokenizer = models.CharField(max_length=71, blank=True, help_text="Digest of its tokenizer.")
    base = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="successors"
    )
    contributors = models.PositiveIntegerField()
    metrics = models.JSONField(default=dict)
    revision = models.BigIntegerField(default=0, help_text="Of what instances were last told.")
    reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    judged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["family", "number"], name="aggregate_number"),
        ]

    def __str__(self) -> str:
        return self.version


class Round(models.Model):
    """Takes submissions until ``quorum`` came and were found good, or until ``closes_at``."""

    class State(models.TextChoices):
        """Its life. A round whose deadline came with too few goes on to the next deadline."""

        OPEN = "open"
        CLOSING = "closing", "closing (averages)"
        CLOSED = "closed"
        FAILED = "failed", "failed (its base was rejected)"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    family = models.ForeignKey(ModelFamily, models.PROTECT, related_name="rounds")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    asks = models.CharField(max_length=12)
    base = models.ForeignKey(
        AggregateModel, models.PROTECT, null=True, blank=True, related_name="rounds_from"
    )
    codec = models.CharField(max_length=5, default="fp32")
    aggregator = models.CharField(max_length=40, default="weighted_mean")
    options = models.JSONField(default=dict, blank=True)
    quorum = models.PositiveIntegerField()
    opened_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    aggregate = models.OneToOneField(
        AggregateModel, models.PROTECT, null=True, blank=True, related_name="round"
    )
    artifact = models.CharField(
        max_length=71, blank=True, help_text="What it takes to take part: the words it asks for."
    )
    size = models.BigIntegerField(default=0, help_text="Bytes of that.")
    tried_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was last tried to close it in vain."
    )
    error = models.CharField(max_length=500, blank=True)
    revision = models.BigIntegerField(
        default=0, help_text="Of what instances were last told, where there is no aggregate yet."
    )

    class Meta:
        ordering: ClassVar = ["-opened_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["family", "number"], name="round_number"),
            models.UniqueConstraint(
                fields=["family"], condition=Q(state__in=["open", "closing"]), name="round_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"round {self.number} of {self.family_id}"


class Submission(models.Model):
    """What an instance sent for a round; the newest of an instance and round counts.

    ``told_family``, ``told_round`` and ``base`` are what its message says; ``round`` is the one
    that it counts in, none while it waits for the next. ``staleness`` is how many rounds late it
    came. ``content`` is the digest of its numbers. ``norm`` is their L2 norm, ``cosine`` that to
    the mean direction of the others.
    """

    class State(models.TextChoices):
        """What became of it."""

        ANNOUNCED = "announced"
        ACCEPTED = "accepted"
        LEFT_OUT = "left_out", "left out"
        REPLACED = "replaced", "replaced by a newer one"
        KEPT = "kept", "kept at home"

    round = models.ForeignKey(
        Round, models.PROTECT, null=True, blank=True, related_name="submissions"
    )
    family = models.ForeignKey(
        ModelFamily, models.PROTECT, null=True, blank=True, related_name="submissions"
    )
    told_family = models.CharField(max_length=80)
    told_round = models.UUIDField(null=True, blank=True)
    base = models.CharField(max_length=160, blank=True)
    instance = models.CharField(max_length=63)
    run = models.UUIDField()
    kind = models.CharField(max_length=10, choices=Kind)
    scope = models.CharField(max_length=80)
    version = models.CharField(max_length=160)
    artifact = models.CharField(max_length=71, blank=True)
    content = models.CharField(max_length=64, blank=True)
    size = models.BigIntegerField()
    asked = models.CharField(max_length=12)
    codec = models.CharField(max_length=5)
    examples = models.BigIntegerField()
    metrics = models.JSONField(default=dict)
    staleness = models.PositiveIntegerField(default=0)
    weight = models.FloatField(null=True, blank=True, help_text="Its share of the aggregate.")
    norm = models.FloatField(null=True, blank=True)
    cosine = models.FloatField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.ANNOUNCED)
    reason = models.CharField(max_length=500, blank=True)
    completed_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["instance", "run"], name="submission_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["family", "state"], name="submission_by_state"),
            models.Index(
                fields=["family", "content"],
                condition=~Q(content=""),
                name="submission_by_content",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} of {self.instance}"


class Evaluation(models.Model):
    """How an aggregate did at an instance: the contract's ``ModelEvaluated``, newest revision."""

    aggregate = models.ForeignKey(AggregateModel, models.CASCADE, related_name="evaluations")
    instance = models.CharField(max_length=63)
    metric = models.CharField(max_length=80)
    value = models.FloatField()
    local = models.FloatField(null=True, blank=True)
    personalised = models.FloatField(null=True, blank=True)
    former = models.FloatField(null=True, blank=True)
    examples = models.BigIntegerField()
    served = models.CharField(max_length=12)
    adopted = models.BooleanField()
    reason = models.CharField(max_length=500, blank=True)
    revision = models.BigIntegerField()
    evaluated_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-evaluated_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["aggregate", "instance", "metric"], name="evaluation_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.aggregate} at {self.instance}"

    @property
    def gain(self) -> float | None:
        """How much better than the instance's own model; None where it has none."""
        return gain_of(self.metric, self.value, self.local)
