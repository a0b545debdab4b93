"""Shapes of what the fleet knows, over REST."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.centralcloud.aggregation.models import GlobalFact, StatisticsSnapshot


class FactSerializer(serializers.ModelSerializer[GlobalFact]):
    """A fact that enough instances tell alike."""

    versions = serializers.DictField(
        source="details.versions",
        child=serializers.IntegerField(),
        default=dict,
        help_text="Instances by version, for packages and frameworks.",
    )
    confidence = serializers.FloatField(
        help_text="Lower bound of the Wilson score interval of the share, at 95 %."
    )
    trend = serializers.IntegerField(
        help_text="Instances that joined in the last four weeks, less those that left."
    )

    class Meta:
        model = GlobalFact
        fields = (
            "key", "kind", "language", "name", "instances", "eligible", "share", "confidence",
            "codebases", "occurrences", "files", "opportunities", "joined", "left", "trend",
            "versions", "first_seen_at", "first_seen_instance", "aggregated_at",
        )  # fmt: skip


class HolderSerializer(serializers.Serializer[Any]):
    """An instance that has a fact."""

    instance = serializers.CharField()
    codebases = serializers.IntegerField(help_text="Of its code bases, how many have it.")
    occurrences = serializers.IntegerField(help_text="In all of them.")
    files = serializers.IntegerField()
    first_seen_at = serializers.DateTimeField(help_text="By the instance's clock.")


class SnapshotSerializer(serializers.ModelSerializer[StatisticsSnapshot]):
    """What the fleet held at one time."""

    instances = serializers.SerializerMethodField(help_text="Instances by their condition.")
    contributions = serializers.SerializerMethodField(help_text="Facts that instances told.")
    facts = serializers.DictField(
        child=serializers.IntegerField(), help_text="What they add up to, by subject."
    )
    shown = serializers.DictField(
        child=serializers.IntegerField(), help_text="Of those, what all may see."
    )

    class Meta:
        model = StatisticsSnapshot
        fields = (
            "revision", "generated_at", "instances", "contributions", "facts", "shown", "report",
        )  # fmt: skip

    @extend_schema_field(serializers.DictField(child=serializers.IntegerField()))
    def get_instances(self, row: StatisticsSnapshot) -> Any:
        """From the report."""
        return row.report.get("instances", {})

    @extend_schema_field(serializers.IntegerField())
    def get_contributions(self, row: StatisticsSnapshot) -> Any:
        """From the report."""
        return row.report.get("contributions", 0)
