"""Fill in the vectors behind the text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection

from apps.singularity.ingestion.engine.embedding import Embedder
from apps.singularity.ingestion.engine.text_form import text_form
from apps.singularity.ingestion.models import EmbeddingGeneration
from apps.singularity.ingestion.resources import embedder_open
from apps.singularity.ingestion.selectors.encoders import Chosen, embedder_chosen
from apps.singularity.ingestion.services.generations import generation_activate, generation_open
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
    stop: what is stored stays, and the next fill goes on from there. Where another model is
    chosen meanwhile, it goes on with that one.

    Raises:
        EmbedderError: the model cannot be loaded or its endpoint does not answer.
    """
    embedded = 0
    while True:
        chosen = embedder_chosen(instance=instance)
        embedder = embedder_open(chosen.setting)
        generation = generation_open(instance=instance, embedder=embedder, chosen=chosen)
        made, total = _fill(generation, embedder, chosen, report)
        embedded += made
        if total is not None and generation_activate(generation=generation, chosen=chosen):
            return FillReport(embedded, total, generation.name)


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


def _fill(
    generation: EmbeddingGeneration, embedder: Embedder, chosen: Chosen, report: Report
) -> tuple[int, int | None]:
    """Vectors made, and vectors there in the end; None where another model was chosen."""
    instance, made = generation.instance, 0
    done, total = vectors_count(instance=instance, generation=generation)
    report(done, total)
    while rows := _missing(instance, generation):
        for batch in _by_length(rows):
            if embedder_chosen(instance=instance) != chosen:
                return made, None
            made += _embed(generation, embedder, batch)
            report(done + made, max(total, done + made))
    return made, done + made


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
