"""Shapes of rounds, aggregates and judgements, over REST."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.centralcloud.averaging.models import AggregateModel, Evaluation, Round, Submission
from apps.centralcloud.averaging.selectors.ready import version_of

Numbers = dict[str, float]


class AggregateSerializer(serializers.ModelSerializer[AggregateModel]):
    """An aggregate, its lineage, and how the fleet judged it."""

    kind = serializers.CharField(source="family.kind", help_text="vocabulary, t5 or encoder.")
    scope = serializers.CharField(
        source="family.scope", help_text="Languages, joined with +; all for every one."
    )
    base = serializers.CharField(
        source="base.version", default=None, help_text="The version that it goes on from."
    )
    metrics = serializers.DictField(
        child=serializers.FloatField(),
        help_text="Means over the instances that judged it, weighted by held-out code; "
        "local_... are those of their own models on the same code.",
    )

    bundle_removed_at = serializers.DateTimeField(
        read_only=True, allow_null=True, help_text="When its bundle was removed from here."
    )

    class Meta:
        model = AggregateModel
        fields = (
            "version", "kind", "scope", "family", "number", "state", "reason", "base",
            "contributors", "artifact", "size",
            "bundle_removed_at", "metrics", "created_at", "judged_at",
        )  # fmt: skip


class LineageSerializer(serializers.ModelSerializer[AggregateModel]):
    """An aggregate in the line of its family."""

    base = serializers.CharField(
        source="base.version", default=None, help_text="The version that it goes on from."
    )

    class Meta:
        model = AggregateModel
        fields = ("version", "number", "state", "base", "contributors", "metrics", "created_at")


class SubmissionSerializer(serializers.ModelSerializer[Submission]):
    """What an instance sent, and what became of it."""

    bundle_removed_at = serializers.DateTimeField(
        read_only=True, allow_null=True, help_text="When its bundle was removed from here."
    )

    class Meta:
        model = Submission
        fields = (
            "instance", "version", "state", "reason", "examples", "size", "bundle_removed_at",
            "codec", "staleness", "weight", "norm", "cosine", "received_at",
        )  # fmt: skip


class RoundSerializer(serializers.ModelSerializer[Round]):
    """A round with its submissions."""

    kind = serializers.CharField(source="family.kind", help_text="vocabulary, t5 or encoder.")
    base = serializers.CharField(
        source="base.version", default=None, help_text="The version that it goes on from."
    )
    makes = serializers.SerializerMethodField(help_text="The version of what it makes.")
    submissions = SubmissionSerializer(many=True)

    class Meta:
        model = Round
        fields = (
            "id", "family", "kind", "number", "state", "asks", "base", "makes", "codec",
            "aggregator", "quorum", "opened_at", "closes_at", "closed_at", "error", "submissions",
        )  # fmt: skip

    @extend_schema_field(serializers.CharField)
    def get_makes(self, round_: Round) -> str:
        """As instances are told it."""
        return version_of(round_)


class EvaluationSerializer(serializers.ModelSerializer[Evaluation]):
    """How an aggregate did on an instance's held-out code, beside what it had before."""

    version = serializers.CharField(source="aggregate.version", help_text="Of the aggregate.")
    aggregate = serializers.FloatField(source="value", help_text="The aggregate's value.")
    wins = serializers.SerializerMethodField(
        help_text="Whether the aggregate is better than the instance's own model; "
        "none where it has none."
    )

    class Meta:
        model = Evaluation
        fields = (
            "version", "instance", "metric", "aggregate", "local", "personalised", "former",
            "wins", "examples", "served", "adopted", "reason", "evaluated_at",
        )  # fmt: skip

    @extend_schema_field(serializers.BooleanField(allow_null=True))
    def get_wins(self, row: Any) -> bool | None:
        """By the metric's own direction."""
        return None if row.gain is None else row.gain > 0
