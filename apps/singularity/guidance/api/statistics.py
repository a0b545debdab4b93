"""What this instance has learned, in numbers."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.singularity.guidance.selectors import insights_told
from apps.singularity.ingestion.selectors.totals import (
    codebase_totals,
    codebases_position,
    instance_vectors,
    totals_sum,
)
from apps.singularity.patterns.selectors.changed import learned_counts
from apps.singularity.training.selectors import models_of


class PatternsSerializer(serializers.Serializer[Any]):
    """Code patterns of a kind in a language."""

    kind = serializers.CharField()
    language = serializers.CharField()
    patterns = serializers.IntegerField()


class StatisticsSerializer(serializers.Serializer[Any]):
    """Counts of what holds now."""

    codebases = serializers.IntegerField()
    files = serializers.IntegerField(help_text="That were read.")
    lines = serializers.IntegerField()
    bytes = serializers.IntegerField()
    chunks = serializers.IntegerField(help_text="Pieces that are searched.")
    texts = serializers.IntegerField(help_text="Different texts among them.")
    vectors = serializers.IntegerField(help_text="Texts that have a vector.")
    secrets = serializers.IntegerField(help_text="Found and taken out.")
    dependencies = serializers.IntegerField()
    languages = serializers.DictField(
        child=serializers.IntegerField(), help_text="Files by language."
    )
    skipped = serializers.DictField(
        child=serializers.IntegerField(), help_text="Paths that were left out, by reason."
    )
    patterns = PatternsSerializer(many=True)
    architecture = serializers.IntegerField(help_text="Architecture patterns.")
    frameworks = serializers.IntegerField()
    findings = serializers.IntegerField(help_text="Places that break a strong rule.")
    models = serializers.IntegerField(help_text="Models that were trained or came.")
    insights = serializers.IntegerField(help_text="Insights of the fleet that are open.")


class StatisticsView(APIView):
    """The instance in numbers."""

    permissions: ClassVar = {"get": "ingestion.view_codebase"}

    @extend_schema(operation_id="statistics", responses=StatisticsSerializer)
    def get(self, _request: Request) -> Response:
        """What was read and learned, and what holds of it now."""
        instance = settings.INSTANCE_ID
        position = codebases_position(instance=instance)
        totals = codebase_totals(instance=instance, position=position)
        counted, learned = totals_sum(totals), learned_counts(codebases=list(totals))
        vectors = instance_vectors(instance=instance, position=position)
        columns = ("kind", "language", "patterns")
        kinds = [dict(zip(columns, row, strict=True)) for row in learned.patterns]
        names = ("files", "lines", "bytes", "chunks", "secrets", "dependencies")
        said = {
            **{name: getattr(counted, name) for name in (*names, "languages", "skipped")},
            "codebases": len(totals),
            "texts": vectors.texts,
            "vectors": vectors.vectors,
            "patterns": kinds,
            "architecture": learned.architecture,
            "frameworks": learned.frameworks,
            "findings": learned.findings,
            "models": models_of().count(),
            "insights": insights_told().count(),
        }
        return Response(StatisticsSerializer(said).data)
