"""What has been learned of every code base of an instance, in a fixed number of queries."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Count, Sum

from apps.singularity.ingestion.models import Codebase, EmbeddingGeneration, File
from apps.singularity.ingestion.selectors.overview import VectorProgress

_OWNED = """
    SELECT 'chunks', codebase_id, count(*) FROM ingestion_chunk
    WHERE instance = %(instance)s GROUP BY codebase_id
    UNION ALL
    SELECT 'secrets', codebase_id, count(*) FROM ingestion_secretfinding
    WHERE instance = %(instance)s GROUP BY codebase_id
    UNION ALL
    SELECT 'dependencies', codebase_id, count(*) FROM ingestion_declareddependency
    WHERE instance = %(instance)s GROUP BY codebase_id"""

_VECTORS = """
    SELECT (SELECT count(DISTINCT text_digest) FROM ingestion_chunk WHERE instance = %(instance)s),
           (SELECT count(*) FROM ingestion_embedding e
            WHERE e.generation_id = %(generation)s AND EXISTS (
                SELECT 1 FROM ingestion_chunk c
                WHERE c.instance = %(instance)s AND c.text_digest = e.text_digest))"""


@dataclass(slots=True)
class Totals:
    """Counts of a code base, or of several; languages and reasons count files.

    ``bytes`` and ``lines`` are those of the files that were read.
    """

    files: int = 0
    bytes: int = 0
    lines: int = 0
    chunks: int = 0
    secrets: int = 0
    dependencies: int = 0
    languages: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)

    def add(self, other: Totals) -> None:
        """Count another's in."""
        for name in ("files", "bytes", "lines", "chunks", "secrets", "dependencies"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.languages.update(other.languages)
        self.skipped.update(other.skipped)


def codebase_totals(*, instance: str) -> dict[int, Totals]:
    """The totals of each code base by its id, in three queries however many there are."""
    ids = Codebase.objects.filter(instance=instance).values_list("id", flat=True)
    totals = {codebase: Totals() for codebase in ids}
    _count_files(instance, totals)
    with connection.cursor() as cursor:
        cursor.execute(_OWNED, {"instance": instance})
        for name, codebase, number in cursor.fetchall():
            setattr(totals.setdefault(codebase, Totals()), name, number)
    return totals


def totals_sum(totals: dict[int, Totals]) -> Totals:
    """All code bases together."""
    everything = Totals()
    for one in totals.values():
        everything.add(one)
    return everything


def instance_vectors(*, instance: str) -> VectorProgress:
    """How far the vectors are; the numbers of ``vector_progress``, counted by two indexes."""
    generation = EmbeddingGeneration.objects.filter(instance=instance).order_by("-state").first()
    with connection.cursor() as cursor:
        key = generation.pk if generation else None
        cursor.execute(_VECTORS, {"instance": instance, "generation": key})
        texts, vectors = cursor.fetchone()
    return VectorProgress(vectors, texts, generation.name if generation else "")


def _count_files(instance: str, totals: dict[int, Totals]) -> None:
    groups = (
        File.objects.filter(instance=instance)
        .exclude(state=File.State.REMOVED)
        .values_list("codebase_id", "state", "reason", "language")
        .annotate(files=Count("id"), bytes=Sum("size"), lines=Sum("lines"))
    )
    for codebase, state, reason, language, files, size, lines in groups:
        one = totals.setdefault(codebase, Totals())
        if state == File.State.SKIPPED:
            one.skipped[reason] += files
            continue
        one.languages[language] += files
        one.files, one.bytes, one.lines = one.files + files, one.bytes + size, one.lines + lines
