"""Shapes of the fleet's REST answers."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework import serializers

from apps.centralcloud.fleet.models import Instance
from apps.centralcloud.fleet.selectors.instances import CONDITIONS
from apps.centralcloud.fleet.selectors.listing import condition_of
from apps.centralcloud.fleet.services import EnrolmentError, name_check
from apps.shared.contracts.nkeys import NKeyError, public_check


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


class KeySerializer(serializers.Serializer[Any]):
    """The key of an instance."""

    public_key = serializers.CharField(
        max_length=100, default="", allow_blank=True,
        help_text="Its own NKey; without it a pair is drawn, whose seed the answer has.",
    )  # fmt: skip

    def validate_public_key(self, value: str) -> str:
        """An NKey of a user, or none."""
        try:
            return public_check(value) if value else value
        except NKeyError as error:
            raise serializers.ValidationError(str(error)) from None


class EnrolSerializer(KeySerializer):
    """Who is to be enrolled."""

    name = serializers.CharField(max_length=63, help_text="Its INSTANCE_ID.")
    note = serializers.CharField(
        max_length=200, default="", allow_blank=True, help_text="What people should know of it."
    )

    def validate_name(self, value: str) -> str:
        """What can be the name of an instance."""
        try:
            name_check(value)
        except EnrolmentError as error:
            raise serializers.ValidationError(str(error)) from None
        return value


class KeyedSerializer(serializers.Serializer[Any]):
    """What to set at an instance that has a key now."""

    instance = serializers.CharField(help_text="INSTANCE_ID.")
    public_key = serializers.CharField(help_text="Of the instance.")
    seed = serializers.CharField(
        help_text="INSTANCE_NKEY_SEED, this once; empty where the instance has its own."
    )
    centralcloud_public_key = serializers.CharField(help_text="CENTRALCLOUD_PUBLIC_KEY.")
    nats_told = serializers.BooleanField(
        help_text="Whether nats-server lets it in already; else `manage.py nats_config` writes who "
        "may connect."
    )
