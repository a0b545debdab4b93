"""Shapes of training's REST answers."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.shared.core.api.jobs import JobSerializer
from apps.singularity.training.models import Model, ModelInUse, TrainingRun
from apps.singularity.training.models.runs import Kind
from apps.singularity.training.selectors import run_settings
from apps.singularity.training.selectors.facts import run_error, run_state

METRICS = serializers.DictField(child=serializers.FloatField(), read_only=True)


class RunSerializer(serializers.ModelSerializer[TrainingRun]):
    """A training, whatever became of it."""

    state = serializers.SerializerMethodField(
        help_text="queued, running, succeeded, failed, cancelled, lost or interrupted."
    )
    error = serializers.SerializerMethodField(help_text="Why it did not end well.")
    version = serializers.SerializerMethodField(help_text="Of the model that it made.")
    base_version = serializers.SerializerMethodField(help_text="Of the model it began from.")
    settings = serializers.SerializerMethodField(help_text="What the training process was told.")
    before = METRICS
    metrics = METRICS
    notes = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = TrainingRun
        fields = (
            "id", "kind", "scope", "codebase", "state", "error", "job", "version", "base_version",
            "round", "settings", "seed", "data_digest", "device", "step", "steps", "loss",
            "tokens_per_second", "mfu", "seconds_left", "examples", "before", "metrics", "notes",
            "created_at",
        )  # fmt: skip

    def get_state(self, run: TrainingRun) -> str:
        """Of its job, or of the model that it made."""
        return run_state(run)

    def get_error(self, run: TrainingRun) -> str:
        """One line."""
        return run_error(run)

    def get_version(self, run: TrainingRun) -> str | None:
        """Of its model."""
        return run.model.version if hasattr(run, "model") else None

    def get_base_version(self, run: TrainingRun) -> str | None:
        """Of its base, a model of this instance or a folder."""
        return run.base.version if run.base else run.spec.get("base_version") or None

    def get_settings(self, run: TrainingRun) -> dict[str, Any]:
        """Without where its files lie."""
        return run_settings(run)


class StartedSerializer(serializers.Serializer[Any]):
    """A run that waits for a worker, and its job."""

    run = RunSerializer()
    job = JobSerializer()


class StartSerializer(serializers.Serializer[Any]):
    """What to train; every setting but the kind may be left out."""

    kind = serializers.ChoiceField(choices=Kind.choices)
    codebase = serializers.IntegerField(
        required=False, help_text="Id of the only code base to learn from."
    )
    languages = serializers.ListField(
        child=serializers.CharField(max_length=30), required=False, max_length=20,
        help_text="The only languages to learn from.",
    )  # fmt: skip
    base = serializers.CharField(
        required=False, max_length=1000,
        help_text="aggregate, a version that this instance has, or a Hugging Face folder.",
    )  # fmt: skip
    steps = serializers.IntegerField(required=False, min_value=1)
    minutes = serializers.FloatField(required=False, min_value=0.01)
    size = serializers.ChoiceField(required=False, choices=["tiny", "small", "base"])
    lora = serializers.IntegerField(required=False, min_value=1, max_value=1024)
    seed = serializers.IntegerField(required=False)
    resume = serializers.CharField(
        required=False, max_length=36, help_text="Id of a run that has not ended well."
    )
    use = serializers.BooleanField(
        required=False, allow_null=True, default=None,
        help_text="Whether the model is taken into use; where it is better if left out.",
    )  # fmt: skip


class PointSerializer(serializers.Serializer[Any]):
    """A number of a run at a step."""

    name = serializers.CharField(help_text="loss, tokens_per_second, or a held-out metric.")
    step = serializers.IntegerField()
    value = serializers.FloatField()


class FollowSerializer(serializers.Serializer[Any]):
    """A run, and the points of its curves after a step."""

    run = RunSerializer()
    points = PointSerializer(many=True)


class ModelSerializer(serializers.ModelSerializer[Model]):
    """A model with its family and lineage."""

    in_use = serializers.BooleanField(read_only=True)
    bundle_removed_at = serializers.DateTimeField(
        read_only=True, allow_null=True, help_text="Set where it can be used no more."
    )
    base = serializers.SlugRelatedField[Model](slug_field="version", read_only=True)
    tokenizer_model = serializers.SlugRelatedField[Model](slug_field="version", read_only=True)
    metrics = METRICS

    class Meta:
        model = Model
        fields = (
            "id", "version", "kind", "scope", "origin", "in_use", "family", "architecture",
            "tokenizer", "base_digest", "artifact", "size", "bundle_removed_at", "base",
            "tokenizer_model", "run", "examples", "metrics", "created_at",
        )  # fmt: skip


class InUseSerializer(serializers.ModelSerializer[ModelInUse]):
    """Which model answers for a kind and scope."""

    model = serializers.SlugRelatedField[Model](slug_field="version", read_only=True)
    former = serializers.SlugRelatedField[Model](slug_field="version", read_only=True)

    class Meta:
        model = ModelInUse
        fields = ("kind", "scope", "model", "former", "reason", "since")


class KindAndScopeSerializer(serializers.Serializer[Any]):
    """A kind and scope."""

    kind = serializers.ChoiceField(choices=Kind.choices)
    scope = serializers.CharField(max_length=80, default="all")
