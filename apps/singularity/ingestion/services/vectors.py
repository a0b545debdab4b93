"""Fill in the vectors behind the text, and switch models at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from apps.singularity.ingestion.engine.embedding import Embedder
from apps.singularity.ingestion.engine.text_form import text_form
from apps.singularity.ingestion.models import EmbeddingGeneration
from apps.singularity.ingestion.resources import embedder_open, vector_identity
from apps.singularity.ingestion.services.vector_copy import vectors_copy

_FETCH = 4096
_STORE = 64

_MISSING = """
    FROM ingestion_chunk c
    WHERE c.instance = %(instance)s AND NOT EXISTS (
        SELECT 1 FROM ingestion_embedding e
        WHERE e.generation_id = %(generation)s AND e.text_digest = c.text_digest)"""

_ORPHANS = """
    DELETE FROM ingestion_embedding e
    WHERE e.instance = %(instance)s AND NOT EXISTS (
        SELECT 1 FROM ingestion_chunk c
        WHERE c.instance = %(instance)s AND c.text_digest = e.text_digest)"""

Report = Callable[[int, int], None]


def _silent(_done: int, _total: int) -> None:
    """Report to nobody."""


@dataclass(frozen=True, slots=True)
class FillReport:
    """How a fill went: vectors made now, and the model that made them."""

    embedded: int
    total: int
    model: str


def vectors_fill(*, instance: str, report: Report = _silent) -> FillReport:
    """Embed every text of the instance that has no vector yet, then activate the generation.

    ``report`` hears (vectors there, vectors wanted) after each stored batch, and may raise to
    stop: what is stored stays, and the next fill goes on from there.

    Raises:
        EmbedderError: the model cannot be loaded or its endpoint does not answer.
    """
    embedder = embedder_open(settings.EMBEDDER)
    generation = generation_open(instance=instance, embedder=embedder)
    embedded = 0
    done, total = vectors_count(instance=instance, generation=generation)
    report(done, total)
    while rows := _missing(instance, generation):
        for batch in _by_length(rows):
            embedded += _embed(generation, embedder, batch)
            report(done + embedded, max(total, done + embedded))
    _activate(generation)
    index_ensure(generation=generation)
    return FillReport(embedded, done + embedded, embedder.name)


def generation_open(*, instance: str, embedder: Embedder) -> EmbeddingGeneration:
    """The generation of this model: a known one, or a new one beside the active one.

    An unfinished generation of a third model is dropped: it will never be switched to.
    """
    identity = vector_identity(embedder)
    known = EmbeddingGeneration.objects.filter(instance=instance, identity=identity).first()
    if known is not None:
        _drop_building(instance, other_than=known)
        return known
    active = EmbeddingGeneration.objects.filter(
        instance=instance, state=EmbeddingGeneration.State.ACTIVE
    ).exists()
    state = EmbeddingGeneration.State.BUILDING if active else EmbeddingGeneration.State.ACTIVE
    _drop_building(instance)
    try:
        with transaction.atomic():
            return EmbeddingGeneration.objects.create(
                instance=instance,
                identity=identity,
                name=embedder.name,
                setting=settings.EMBEDDER,
                dimensions=embedder.dimensions,
                state=state,
                activated_at=None if active else timezone.now(),
            )
    except IntegrityError:  # another process opened it first
        return EmbeddingGeneration.objects.get(instance=instance, identity=identity)


def vectors_count(*, instance: str, generation: EmbeddingGeneration) -> tuple[int, int]:
    """Distinct texts that have a vector, and distinct texts, of the instance's chunks."""
    values: dict[str, Any] = {"instance": instance, "generation": generation.pk}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(DISTINCT c.text_digest) {_MISSING}", values)
        missing: int = cursor.fetchone()[0]
        cursor.execute(
            "SELECT count(DISTINCT text_digest) FROM ingestion_chunk WHERE instance = %(instance)s",
            values,
        )
        total: int = cursor.fetchone()[0]
    return total - missing, total


def orphans_delete(*, instance: str) -> int:
    """Delete vectors of texts that no chunk has any more."""
    with connection.cursor() as cursor:
        cursor.execute(_ORPHANS, {"instance": instance})
        return int(cursor.rowcount)


def index_ensure(*, generation: EmbeddingGeneration) -> None:
    """Build the HNSW index of a generation unless a valid one is there; readers go on meanwhile.

    Building after the fill is several times cheaper than inserting one by one; later inserts
    keep it current.
    """
    name = generation.index_name
    with connection.cursor() as cursor:
        cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", [name])
        row = cursor.fetchone()
        if row and row[0]:
            return
        if row:  # a build that was killed
            cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        cursor.execute(
            f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON ingestion_embedding"
            f" USING hnsw ((vector::halfvec({int(generation.dimensions)})) halfvec_cosine_ops)"
            f" WHERE generation_id = {int(generation.pk)}"
        )


def _missing(instance: str, generation: EmbeddingGeneration) -> list[tuple[bytes, str]]:
    """Up to a page of (digest, text) without a vector, one row a digest."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.text_digest, f.path, p.language, p.kind, p.symbol, p.signature,"
            " p.documentation, p.content FROM ("
            f"SELECT DISTINCT ON (c.text_digest) c.* {_MISSING} LIMIT %(limit)s) p"
            " JOIN ingestion_file f ON f.id = p.file_id",
            {"instance": instance, "generation": generation.pk, "limit": _FETCH},
        )
        rows = cursor.fetchall()
    return [
        (
            bytes(digest),
            text_form(
                path=path,
                language=language,
                kind=kind,
                symbol=symbol,
                signature=signature,
                documentation=documentation,
                content=content,
            ),
        )
        for digest, path, language, kind, symbol, signature, documentation, content in rows
    ]


def _by_length(rows: list[tuple[bytes, str]]) -> list[list[tuple[bytes, str]]]:
    """Stored batches of texts of like length, so that little is padded."""
    rows = sorted(rows, key=lambda row: len(row[1]), reverse=True)
    return [rows[start : start + _STORE] for start in range(0, len(rows), _STORE)]


def _embed(
    generation: EmbeddingGeneration, embedder: Embedder, batch: Sequence[tuple[bytes, str]]
) -> int:
    vectors = embedder.embed([text for _, text in batch])
    digests = np.frombuffer(b"".join(digest for digest, _ in batch), dtype="V16")
    return vectors_copy(generation=generation, digests=digests, vectors=vectors)


def _activate(generation: EmbeddingGeneration) -> None:
    """Switch to a filled generation in one transaction; the one before it goes."""
    if generation.state == EmbeddingGeneration.State.ACTIVE:
        return
    index_ensure(generation=generation)
    with transaction.atomic():
        before = EmbeddingGeneration.objects.select_for_update().filter(
            instance=generation.instance, state=EmbeddingGeneration.State.ACTIVE
        )
        for old in before:
            _drop(old)
        generation.state = EmbeddingGeneration.State.ACTIVE
        generation.activated_at = timezone.now()
        generation.save(update_fields=["state", "activated_at"])


def _drop_building(instance: str, other_than: EmbeddingGeneration | None = None) -> None:
    unfinished = EmbeddingGeneration.objects.filter(
        instance=instance, state=EmbeddingGeneration.State.BUILDING
    )
    if other_than is not None:
        unfinished = unfinished.exclude(id=other_than.pk)
    for generation in unfinished:
        with transaction.atomic():
            _drop(generation)


def _drop(generation: EmbeddingGeneration) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX IF EXISTS {generation.index_name}")
        cursor.execute("DELETE FROM ingestion_embedding WHERE generation_id = %s", [generation.pk])
    generation.delete()
