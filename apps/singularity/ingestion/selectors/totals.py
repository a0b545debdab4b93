"""What has been learned of every code base of an instance, in a fixed number of queries."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache

from django.db import connection
from django.db.models import Count, Max, Sum

from apps.singularity.ingestion.models import Codebase, Embedding, EmbeddingGeneration, File
from apps.singularity.ingestion.selectors.overview import VectorProgress, vector_progress

_OWNED = """
    SELECT 'chunks', codebase_id, count(*) FROM ingestion_chunk
    WHERE instance = %(instance)s GROUP BY codebase_id
    UNION ALL
    SELECT 'secrets', codebase_id, count(*) FROM ingestion_secretfinding
    WHERE instance = %(instance)s GROUP BY codebase_id
    UNION ALL
    SELECT 'dependencies', codebase_id, count(*) FROM ingestion_declareddependency
    WHERE instance = %(instance)s GROUP BY codebase_id"""


Position = tuple[tuple[int, int, int], ...]


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


def codebase_totals(*, instance: str, position: Position | None = None) -> dict[int, Totals]:
    """The totals of each code base by its id, in three queries however many there are.

    They are counted once for each revision and process, and belong to all who ask: read them,
    and change nothing in them. Who asks for more than these reads ``position`` just once.
    """
    return _totals_at(instance, position or codebases_position(instance=instance))


def instance_vectors(*, instance: str, position: Position | None = None) -> VectorProgress:
    """``vector_progress``, counted anew only when a text or a vector has come or gone."""
    newest = Embedding.objects.filter(instance=instance).aggregate(newest=Max("id"))["newest"]
    rows = EmbeddingGeneration.objects.filter(instance=instance).order_by("id")
    generations = rows.values_list("id", "state", "name", "setting")
    position = position or codebases_position(instance=instance)
    return _vectors_at(instance, position, tuple(generations), newest)


def codebases_position(*, instance: str) -> Position:
    """Token and revision of each code base; what is counted of them holds while these stay.

    A count may hold more than its position says, when a batch is stored meanwhile; but then
    nobody reads that position again.
    """
    rows = Codebase.objects.filter(instance=instance).values_list("id", "token", "revision")
    return tuple(rows.order_by("id"))


@lru_cache(maxsize=8)
def _totals_at(instance: str, position: Position) -> dict[int, Totals]:
    totals = {codebase: Totals() for codebase, _, _ in position}
    _count_files(instance, totals)
    with connection.cursor() as cursor:
        cursor.execute(_OWNED, {"instance": instance})
        for name, codebase, number in cursor.fetchall():
            setattr(totals.setdefault(codebase, Totals()), name, number)
    return totals


@lru_cache(maxsize=8)
def _vectors_at(
    instance: str,
    _position: Position,
    _generations: tuple[tuple[int, str, str, str], ...],
    _newest: int | None,
) -> VectorProgress:
    return vector_progress(instance=instance)


def totals_sum(totals: dict[int, Totals]) -> Totals:
    """All code bases together."""
    everything = Totals()
    for one in totals.values():
        everything.add(one)
    return everything


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
