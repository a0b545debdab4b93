"""What has been learned, in numbers."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, Sum

from apps.singularity.ingestion.models import (
    Chunk,
    Codebase,
    DeclaredDependency,
    EmbeddingGeneration,
    File,
    SecretFinding,
)


@dataclass(frozen=True, slots=True)
class CodebaseSummary:
    """Counts of one code base; languages and skip reasons from the most frequent down."""

    files: int
    bytes: int
    lines: int
    chunks: int
    secrets: int
    dependencies: int
    languages: dict[str, int]
    skipped: dict[str, int]


@dataclass(frozen=True, slots=True)
class VectorProgress:
    """Distinct texts of an instance, how many have a vector, and the model that makes them.

    ``setting`` is what loads it, as EMBEDDER names it; ``answers`` is the model that answers
    searches meanwhile.
    """

    vectors: int
    texts: int
    model: str
    setting: str
    answers: str = ""

    @property
    def percent(self) -> float:
        """Share of the texts that have a vector, 0 to 100."""
        return 100.0 * self.vectors / self.texts if self.texts else 100.0


def codebase_summary(*, codebase: Codebase) -> CodebaseSummary:
    """Count what is stored of a code base."""
    included = File.objects.filter(codebase=codebase, state=File.State.INCLUDED)
    totals = included.aggregate(files=Count("id"), bytes=Sum("size"), lines=Sum("lines"))
    skipped = File.objects.filter(codebase=codebase, state=File.State.SKIPPED)
    return CodebaseSummary(
        files=totals["files"],
        bytes=totals["bytes"] or 0,
        lines=totals["lines"] or 0,
        chunks=Chunk.objects.filter(codebase=codebase).count(),
        secrets=SecretFinding.objects.filter(codebase=codebase).count(),
        dependencies=DeclaredDependency.objects.filter(codebase=codebase).count(),
        languages=dict(
            included.values_list("language").annotate(n=Count("id")).order_by("-n", "language")
        ),
        skipped=dict(
            skipped.values_list("reason").annotate(n=Count("id")).order_by("-n", "reason")
        ),
    )


def vector_progress(*, instance: str) -> VectorProgress:
    """How far the vectors are: of the generation being built if there is one, else the active."""
    states = EmbeddingGeneration.State
    rows = {row.state: row for row in EmbeddingGeneration.objects.filter(instance=instance)}
    active = rows.get(states.ACTIVE)
    generation = rows.get(states.BUILDING) or active
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT c.text_digest), count(DISTINCT e.text_digest)"
            " FROM ingestion_chunk c LEFT JOIN ingestion_embedding e"
            " ON e.text_digest = c.text_digest AND e.generation_id = %s WHERE c.instance = %s",
            [generation.pk if generation else None, instance],
        )
        texts, vectors = cursor.fetchone()
    if generation is None:
        return VectorProgress(0, texts, "", "")
    answers = active.name if active else ""
    return VectorProgress(vectors, texts, generation.name, generation.setting, answers)
