"""Shapes of the fleet's REST answers."""

from __future__ import annotations

from django.utils import timezone
from rest_framework import serializers

from apps.centralcloud.fleet.models import Instance
from apps.centralcloud.fleet.selectors.instances import CONDITIONS
from apps.centralcloud.fleet.selectors.listing import condition_of


class JobNowSerializer(serializers.Serializer[object]):
    """A job that ran at the last heartbeat; ``total`` is 0 while it is not known."""

    kind = serializers.CharField()
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    unit = serializers.CharField()
    elapsed_seconds = serializers.FloatField()
    loss = serializers.FloatField(
        allow_null=True, default=None, help_text="Of a training, as last measured, in nats a token."
    )


class InstanceSerializer(serializers.ModelSerializer[Instance]):
    """A member of the fleet, with its last heartbeat."""

    condition = serializers.SerializerMethodField(help_text=f"One of {', '.join(CONDITIONS)}.")
    jobs = JobNowSerializer(many=True)
    languages = serializers.ListField(child=serializers.CharField())
    clock_skew_seconds = serializers.SerializerMethodField(
        help_text="How far its clock is ahead of the stream's."
    )

    class Meta:
        model = Instance
        fields = (
            "name", "state", "condition", "note", "enrolled_at", "withdrawn_at", "heard_at",
            "told_at", "started_at", "clock_skew_seconds", "version", "mode", "jobs", "languages",
            "codebases", "files", "patterns", "frameworks", "queued", "lag_seconds",
        )  # fmt: skip

    def get_condition(self, instance: Instance) -> str:
        """How it is now."""
        return condition_of(instance, now=timezone.now())

    def get_clock_skew_seconds(self, instance: Instance) -> float | None:
        """Seconds; None for one that was never heard."""
        return None if instance.skew is None else instance.skew.total_seconds()
