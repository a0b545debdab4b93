"""Shapes of mining's REST answers."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.singularity.patterns.models import (
    ArchitectureChange,
    ArchitecturePattern,
    CodePattern,
    DataSchema,
    Finding,
    Framework,
    ModuleGraph,
    PatternSupport,
)
from apps.singularity.patterns.selectors import KnownPattern

LEARNED = ("id", "codebase", "revision", "first_seen_at", "last_seen_at", "withdrawn_at")


class PlaceSerializer(serializers.Serializer[Any]):
    """A place: lines count from 1, the last included."""

    path = serializers.CharField()
    start_line = serializers.IntegerField()
    end_line = serializers.IntegerField()


class IndicatorSerializer(serializers.Serializer[Any]):
    """What was looked for, and how much it weighs."""

    text = serializers.CharField()
    weight = serializers.FloatField()


class IndicatorHitSerializer(IndicatorSerializer):
    """An indicator that is met, and where."""

    where = serializers.ListField(child=serializers.CharField())


class EvidenceSerializer(serializers.Serializer[Any]):
    """One thing that speaks for a framework, with its place."""

    kind = serializers.CharField()
    detail = serializers.CharField()
    path = serializers.CharField()
    line = serializers.IntegerField(allow_null=True)


class PatternSerializer(serializers.ModelSerializer[CodePattern]):
    """A code pattern of one code base."""

    examples = PlaceSerializer(many=True)

    class Meta:
        model = CodePattern
        fields = (
            *LEARNED, "kind", "language", "signature", "template", "occurrences", "files",
            "confidence", "score", "rank", "examples",
        )  # fmt: skip


class SupportSerializer(serializers.ModelSerializer[PatternSupport]):
    """The support from one mining on, until the next point; 0 where it was withdrawn."""

    class Meta:
        model = PatternSupport
        fields = ("revision", "mined_at", "occurrences", "files")


class PatternInCodebaseSerializer(serializers.ModelSerializer[CodePattern]):
    """A pattern as one code base has it."""

    name = serializers.CharField(source="codebase.name", help_text="Name of the code base.")
    examples = PlaceSerializer(many=True)
    trend = serializers.SerializerMethodField(help_text="Its support since it was first seen.")

    class Meta:
        model = CodePattern
        fields = (
            "codebase", "name", "occurrences", "files", "confidence", "score", "rank", "details",
            "examples", "trend", "revision", "first_seen_at", "last_seen_at", "withdrawn_at",
        )  # fmt: skip

    @extend_schema_field(SupportSerializer(many=True))
    def get_trend(self, pattern: CodePattern) -> Any:
        """Points, oldest first."""
        points = self.context["trend"].get(pattern.pk, ())
        return SupportSerializer(points, many=True).data


class KnownPatternSerializer(serializers.Serializer[KnownPattern]):
    """A pattern over all code bases of this instance that have it."""

    signature = serializers.CharField()
    kind = serializers.CharField()
    language = serializers.CharField()
    template = serializers.CharField()
    occurrences = serializers.IntegerField(help_text="Over all code bases that have it now.")
    files = serializers.IntegerField(help_text="Over all code bases that have it now.")
    ast_grep = serializers.CharField(help_text="Rule for ast-grep as YAML; empty without one.")
    codebases = PatternInCodebaseSerializer(source="rows", many=True)


class ArchitecturePatternSerializer(serializers.ModelSerializer[ArchitecturePattern]):
    """An architecture pattern with what speaks for it and against it."""

    met = IndicatorHitSerializer(many=True)
    missed = IndicatorSerializer(many=True)
    against = IndicatorHitSerializer(many=True)

    class Meta:
        model = ArchitecturePattern
        fields = (
            *LEARNED, "key", "name", "description", "signature", "confidence", "met", "missed",
            "against",
        )  # fmt: skip


class ModuleGraphSerializer(serializers.ModelSerializer[ModuleGraph]):
    """The module graph of a code base as last mined."""

    graph = serializers.JSONField(
        help_text=(
            "Modules and components with their metrics (layer, fan_in, fan_out, instability, "
            "abstractness, distance), the dependencies between components, cycles with what "
            "would break each, and violations of the direction that most imports have."
        )
    )

    class Meta:
        model = ModuleGraph
        fields = ("codebase", "revision", "mined_at", "graph")


class ArchitectureChangeSerializer(serializers.ModelSerializer[ArchitectureChange]):
    """One thing that a mining found changed since the one before it."""

    class Meta:
        model = ArchitectureChange
        fields = ("id", "codebase", "revision", "found_at", "kind", "message", "details")


class FrameworkSerializer(serializers.ModelSerializer[Framework]):
    """A framework or tool with its evidence."""

    evidence = EvidenceSerializer(many=True)

    class Meta:
        model = Framework
        fields = (
            *LEARNED, "key", "name", "category", "role", "scope", "purl", "version",
            "requirement", "confidence", "evidence",
        )  # fmt: skip


class DataSchemaSerializer(serializers.ModelSerializer[DataSchema]):
    """The stored entities that one kind of declaration makes up, as counts."""

    class Meta:
        model = DataSchema
        fields = (*LEARNED, "source", "entities", "field_count", "relations", "details")


class FindingSerializer(serializers.ModelSerializer[Finding]):
    """A place that breaks a strong rule."""

    signature = serializers.CharField(
        source="pattern.signature", help_text="Signature of the rule."
    )

    class Meta:
        model = Finding
        fields = (*LEARNED, "signature", "path", "symbol", "start_line", "end_line", "message")


class MineRequestSerializer(serializers.Serializer[Any]):
    """Options of a mining."""

    full = serializers.BooleanField(
        default=False, help_text="Read every file again, changed or not."
    )
