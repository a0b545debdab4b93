"""What has been learned of every code base of an instance, in a fixed number of queries."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Count, Sum

from apps.singularity.ingestion.models import Codebase, File

_OWNED = """
    SELECT 'chunks', codebase_id, count(*) FROM ingestion_chunk
    WHERE instance = %(instance)s GROUP BY codebase_id
    UNION ALL
    SELECT 'secrets', codebase_id, count(*) FROM ingestion_secretfinding
    WHERE instance = %(instance)s GROUP BY codebase_id
    UNION ALL
    SELECT 'dependencies', codebase_id, count(*) FROM ingestion_declareddependency
    WHERE instance = %(instance)s GROUP BY codebase_id"""


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
