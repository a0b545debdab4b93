"""Shapes of ingestion's REST answers."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.singularity.ingestion.models import Chunk, Codebase, DeclaredDependency, File
from apps.singularity.ingestion.selectors import codebase_summary
from apps.singularity.ingestion.selectors.search import MAX_LIMIT


class CodebaseSerializer(serializers.ModelSerializer[Codebase]):
    """A code base."""

    class Meta:
        model = Codebase
        fields = ("id", "name", "root", "branch", "commit", "created_at", "ingested_at")


class SummarySerializer(serializers.Serializer[Any]):
    """Counts of what is stored of a code base."""

    files = serializers.IntegerField()
    bytes = serializers.IntegerField()
    lines = serializers.IntegerField()
    chunks = serializers.IntegerField()
    secrets = serializers.IntegerField()
    dependencies = serializers.IntegerField()
    languages = serializers.DictField(child=serializers.IntegerField())
    skipped = serializers.DictField(child=serializers.IntegerField())


class CodebaseDetailSerializer(CodebaseSerializer):
    """A code base with its counts."""

    summary = serializers.SerializerMethodField()

    class Meta(CodebaseSerializer.Meta):
        fields = (*CodebaseSerializer.Meta.fields, "summary")  # type: ignore[assignment]  # one more

    @extend_schema_field(SummarySerializer)
    def get_summary(self, codebase: Codebase) -> Any:
        """Count."""
        return SummarySerializer(codebase_summary(codebase=codebase)).data


class FileSerializer(serializers.ModelSerializer[File]):
    """A path, and why it was left out if it was."""

    class Meta:
        model = File
        fields = (
            "id", "codebase", "path", "state", "reason", "detail", "is_directory", "language",
            "encoding", "size", "lines", "has_syntax_errors",
        )  # fmt: skip


class ChunkSerializer(serializers.ModelSerializer[Chunk]):
    """Where a piece of a file stands and what it is."""

    codebase = serializers.CharField(source="codebase.name", help_text="Name of the code base.")
    path = serializers.CharField(source="file.path", help_text="Below the code base's root.")

    class Meta:
        model = Chunk
        fields = (
            "id", "codebase", "path", "ordinal", "language", "kind", "symbol", "signature",
            "documentation", "start_line", "end_line",
        )  # fmt: skip
        extra_kwargs: ClassVar = {
            "ordinal": {"help_text": "Which piece of the file, from 0."},
            "symbol": {"help_text": "Qualified name of what it defines; empty for other code."},
            "start_line": {"help_text": "From 1."},
            "end_line": {"help_text": "The last one, included."},
        }


class ChunkTextSerializer(ChunkSerializer):
    """A piece of a file with its text."""

    class Meta(ChunkSerializer.Meta):
        fields = (*ChunkSerializer.Meta.fields, "content")  # type: ignore[assignment]  # one more
        extra_kwargs: ClassVar = {
            **ChunkSerializer.Meta.extra_kwargs,
            "content": {"help_text": "As it stands in the file, without secrets."},
        }


class DependencySerializer(serializers.ModelSerializer[DeclaredDependency]):
    """A declared dependency and the manifest that declares it."""

    path = serializers.CharField(source="file.path")

    class Meta:
        model = DeclaredDependency
        fields = ("id", "codebase", "path", "line", "purl", "requirement", "scope", "locked")


class IngestRequestSerializer(serializers.Serializer[Any]):
    """Options of an ingest."""

    full = serializers.BooleanField(
        default=False, help_text="Read every file again, changed or not."
    )


class SearchRequestSerializer(serializers.Serializer[Any]):
    """A query and its filters; repeat ``language`` and ``kind`` for several."""

    q = serializers.CharField(max_length=20_000, allow_blank=True, trim_whitespace=False)
    language = serializers.ListField(
        child=serializers.CharField(max_length=30), default=list, max_length=50
    )
    kind = serializers.ListField(
        child=serializers.CharField(max_length=20), default=list, max_length=50
    )
    path = serializers.CharField(
        max_length=1000, default="", allow_blank=True,
        help_text="A folder, or a pattern such as src/**/*.py.",
    )  # fmt: skip
    codebase = serializers.CharField(max_length=120, default="", allow_blank=True)
    limit = serializers.IntegerField(min_value=1, max_value=MAX_LIMIT, default=10)


class WhySerializer(serializers.Serializer[Any]):
    """Each leg's rank (from 1) and score; null where the leg did not find it."""

    exact_symbol = serializers.BooleanField()
    lexical_rank = serializers.IntegerField(allow_null=True)
    lexical_score = serializers.FloatField(allow_null=True)
    vector_rank = serializers.IntegerField(allow_null=True)
    cosine = serializers.FloatField(allow_null=True)


class HitSerializer(serializers.Serializer[Any]):
    """One result of a search; lines count from 1, highlights are spans of the snippet."""

    codebase = serializers.CharField()
    path = serializers.CharField()
    symbol = serializers.CharField()
    kind = serializers.CharField()
    language = serializers.CharField()
    start_line = serializers.IntegerField()
    end_line = serializers.IntegerField()
    score = serializers.FloatField()
    snippet = serializers.CharField()
    snippet_line = serializers.IntegerField()
    highlights = serializers.ListField(
        child=serializers.ListField(child=serializers.IntegerField(), min_length=2, max_length=2)
    )
    signature = serializers.CharField()
    documentation = serializers.CharField()
    copies = serializers.IntegerField()
    why = WhySerializer()


class SearchResponseSerializer(serializers.Serializer[Any]):
    """Results, best first, and what the answer lacks, if anything.

    ``model`` is the one whose vectors answered; empty where results are by words alone.
    """

    notice = serializers.CharField()
    model = serializers.CharField()
    results = HitSerializer(many=True)


class EncoderSerializer(serializers.Serializer[Any]):
    """Models by name: the chosen one answers as soon as all of its vectors are made."""

    chosen = serializers.CharField()
    since = serializers.DateTimeField(allow_null=True)
    active = serializers.CharField(help_text="Answers now.")
    building = serializers.CharField(help_text="Its vectors are being made.")
    former = serializers.CharField(help_text="Its vectors are kept, to go back to.")
    vectors = serializers.IntegerField()
    texts = serializers.IntegerField()
