"""The vector leg of search: nearest neighbours by cosine, in pgvector."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import connection, transaction

from apps.singularity.ingestion.models import EmbeddingGeneration

EF_SEARCH = 200
"""HNSW's breadth: recall@10 .995 at 100,000 vectors (benchmarks/RESULTS.md)."""
EXACT_UP_TO = 5_000
"""Filters that leave fewer chunks than this are answered exactly, without the index."""

Vector = npt.NDArray[np.float32]


def nearest(
    *,
    generation: EmbeddingGeneration,
    vector: Vector,
    condition: str,
    values: dict[str, Any],
    narrow: bool,
    limit: int,
) -> list[tuple[int, float]]:
    """Up to ``limit`` (chunk id, cosine) nearest to ``vector``, best first.

    Chunks of identical text share a vector; the first of them stands for all. The index is
    scanned on until ``limit`` rows pass the filter; where it gives up before, and where the
    filter leaves few rows, the answer is exact, so a filter never costs results.

    Args:
        vector: the query, float32 of shape (dimensions,), unit length.
        condition: SQL over chunks ``c`` and files ``f``, with ``values`` for its parameters.
        narrow: whether the condition leaves chunks out.
    """
    values = {**values, "query": _literal(vector), "limit": limit, "enough": EXACT_UP_TO}
    with transaction.atomic(), connection.cursor() as cursor:
        if narrow and _matching(cursor, condition, values) < EXACT_UP_TO:
            return _fetch(cursor, _exact(generation, condition), values)
        _prefer_index(cursor)
        found = _fetch(cursor, _approximate(generation, condition), values)
        if len(found) >= limit:
            return found
        return _fetch(cursor, _exact(generation, condition), values)


def nearest_exact(
    *,
    generation: EmbeddingGeneration,
    vector: Vector,
    condition: str,
    values: dict[str, Any],
    limit: int,
) -> list[tuple[int, float]]:
    """What ``nearest`` approximates, by reading every vector that passes the filter."""
    with connection.cursor() as cursor:
        return _fetch(
            cursor,
            _exact(generation, condition),
            {**values, "query": _literal(vector), "limit": limit},
        )


def cosines(
    *, generation: EmbeddingGeneration, vector: Vector, chunk_ids: list[int]
) -> dict[int, float]:
    """Exact cosine of each of these chunks that has a vector."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT c.id, {_cosine(generation)} FROM ingestion_chunk c"
            " JOIN ingestion_embedding e"
            f" ON e.text_digest = c.text_digest AND e.generation_id = {int(generation.pk)}"
            " WHERE c.id = ANY(%(ids)s)",
            {"query": _literal(vector), "ids": chunk_ids},
        )
        return dict(cursor.fetchall())


def _literal(vector: Vector) -> str:
    return "[" + ",".join(map(str, vector.astype(np.float16).tolist())) + "]"


def _distance(generation: EmbeddingGeneration) -> str:
    # the same expression as the index's, or the planner would not use it
    size = int(generation.dimensions)
    return f"(e.vector::halfvec({size}) <=> %(query)s::halfvec({size}))"


def _cosine(generation: EmbeddingGeneration) -> str:
    return f"1 - {_distance(generation)}"


def _approximate(generation: EmbeddingGeneration, condition: str) -> str:
    return f"""
        SELECT c.id, 1 - e.distance
        FROM (SELECT text_digest, {_distance(generation)} AS distance FROM ingestion_embedding e
              WHERE generation_id = {int(generation.pk)} ORDER BY distance) e
        CROSS JOIN LATERAL (SELECT min(id) AS id FROM (
            SELECT c.id FROM ingestion_chunk c JOIN ingestion_file f ON f.id = c.file_id
            WHERE c.instance = %(instance)s AND c.text_digest = e.text_digest AND {condition}
            OFFSET 0) same) c  -- the offset keeps min() from walking the primary key
        WHERE c.id IS NOT NULL
        ORDER BY e.distance LIMIT %(limit)s"""


def _exact(generation: EmbeddingGeneration, condition: str) -> str:
    return f"""
        WITH matching AS MATERIALIZED (
            SELECT min(c.id) AS id, c.text_digest
            FROM ingestion_chunk c JOIN ingestion_file f ON f.id = c.file_id
            WHERE c.instance = %(instance)s AND {condition} GROUP BY c.text_digest)
        SELECT m.id, {_cosine(generation)} AS cosine
        FROM matching m JOIN ingestion_embedding e
          ON e.text_digest = m.text_digest AND e.generation_id = {int(generation.pk)}
        ORDER BY cosine DESC, m.id LIMIT %(limit)s"""


def _matching(cursor: Any, condition: str, values: dict[str, Any]) -> int:
    cursor.execute(
        "SELECT count(*) FROM (SELECT 1 FROM ingestion_chunk c"
        " JOIN ingestion_file f ON f.id = c.file_id"
        f" WHERE c.instance = %(instance)s AND {condition} LIMIT %(enough)s) matching",
        values,
    )
    return int(cursor.fetchone()[0])


def _prefer_index(cursor: Any) -> None:
    """For this transaction: walk the HNSW index in order and look chunks up one by one.

    The planner's other choice, to join everything and sort, reads every vector.
    """
    cursor.execute(
        f"SET LOCAL hnsw.ef_search = {EF_SEARCH}; SET LOCAL hnsw.iterative_scan = strict_order;"
        " SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off;"
        " SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off"
    )


def _fetch(cursor: Any, statement: str, values: dict[str, Any]) -> list[tuple[int, float]]:
    cursor.execute(statement, values)
    return [(int(chunk_id), float(cosine)) for chunk_id, cosine in cursor.fetchall()]
