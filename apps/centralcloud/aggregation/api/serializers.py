"""Shapes of what the fleet knows, over REST."""

from __future__ import annotations

from rest_framework import serializers

from apps.centralcloud.aggregation.models import GlobalFact


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
