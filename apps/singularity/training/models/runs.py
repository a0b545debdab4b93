"""Training runs and how they went."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models


class Kind(models.TextChoices):
    """What is trained."""

    VOCABULARY = "vocabulary"
    T5 = "t5", "T5"
    ENCODER = "encoder", "search encoder"


class TrainingRun(models.Model):
    """One training, whatever became of it; its life (state, heartbeat, error) is its job's.

    ``spec`` is what the training process was told, ``data_digest`` names the corpus. A run that
    was killed and taken up again stays the same row, with a further job.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    instance = models.CharField(max_length=63)
    kind = models.CharField(max_length=10, choices=Kind)
    scope = models.CharField(max_length=80, default="all")
    codebase = models.BigIntegerField(
        null=True, blank=True, help_text="The only code base it learns from; all when empty."
    )
    job = models.ForeignKey("core.Job", models.SET_NULL, null=True, blank=True, related_name="+")
    base = models.ForeignKey(
        "training.Model", models.SET_NULL, null=True, blank=True, related_name="runs_from"
    )
    round = models.UUIDField(null=True, blank=True, help_text="The fleet's round it is for.")
    spec = models.JSONField(default=dict)
    seed = models.BigIntegerField(default=0)
    data_digest = models.CharField(max_length=71, blank=True)
    device = models.CharField(max_length=120, blank=True)
    step = models.BigIntegerField(default=0)
    steps = models.BigIntegerField(default=0, help_text="0 where the clock decides.")
    loss = models.FloatField(null=True, blank=True)
    tokens_per_second = models.FloatField(null=True, blank=True)
    mfu = models.FloatField(null=True, blank=True, verbose_name="model FLOP utilisation")
    seconds_left = models.FloatField(null=True, blank=True)
    examples = models.BigIntegerField(default=0)
    before = models.JSONField(default=dict, help_text="Metrics on held-out code at the start.")
    metrics = models.JSONField(default=dict, help_text="Those of the model it made.")
    notes = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-created_at"]
        indexes: ClassVar = [models.Index(fields=["instance", "-created_at"], name="run_by_age")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {str(self.id)[:8]}"


class TrainingPoint(models.Model):
    """Numbers of a run at a step: of its training (``loss``) or of held-out code."""

    run = models.ForeignKey(TrainingRun, models.CASCADE, related_name="points", db_index=False)
    step = models.BigIntegerField()
    name = models.CharField(max_length=40)
    value = models.FloatField()

    class Meta:
        ordering: ClassVar = ["run_id", "name", "step"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "name", "step"], name="point_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} at {self.step}: {self.value:.4g}"
