"""Nearest neighbours: by the index where it serves, exact where it would cost results."""

from typing import Any

import numpy as np
import pytest
from django.db import connection, transaction

from apps.singularity.ingestion.models import Chunk, Codebase, EmbeddingGeneration, File
from apps.singularity.ingestion.selectors import vector_leg
from apps.singularity.ingestion.selectors.vector_leg import nearest, nearest_exact
from apps.singularity.ingestion.services.generations import index_ensure
from apps.singularity.ingestion.services.vector_copy import vectors_copy

pytestmark = pytest.mark.django_db(transaction=True)
COUNT, DIMENSIONS = 600, 16
RANDOM = np.random.default_rng(3)
VECTORS = RANDOM.standard_normal((COUNT, DIMENSIONS)).astype(np.float32)
VECTORS /= np.linalg.norm(VECTORS, axis=1, keepdims=True)
EVERYTHING: dict[str, Any] = {"condition": "true", "values": {"instance": "alpha"}}
RUST: dict[str, Any] = {"condition": "c.language = 'rust'", "values": {"instance": "alpha"}}


@pytest.fixture
def generation() -> EmbeddingGeneration:
    """600 chunks with random vectors, every thirtieth in Rust; each text stands in two chunks."""
    codebase = Codebase.objects.create(instance="alpha", name="demo", root="/demo")
    file = File.objects.create(
        instance="alpha", codebase=codebase, path="a.py", state="included", revision=1
    )
    digests = [RANDOM.bytes(16) for _ in range(COUNT)]
    Chunk.objects.bulk_create(
        Chunk(
            instance="alpha", codebase=codebase, file=file, ordinal=copy * COUNT + number,
            language="rust" if number % 30 == 0 else "python", kind="function",
            start_line=1, end_line=1, start_byte=0, end_byte=1, content=str(number),
            content_digest=digest, text_digest=digest,
        )
        for copy in range(2)
        for number, digest in enumerate(digests)
    )  # fmt: skip
    generation = EmbeddingGeneration.objects.create(
        instance="alpha", identity="x", name="x", dimensions=DIMENSIONS, state="active"
    )
    stored = vectors_copy(
        generation=generation, digests=np.frombuffer(b"".join(digests), "V16"), vectors=VECTORS
    )
    assert stored == COUNT
    index_ensure(generation=generation)
    return generation


def test_the_index_is_walked_and_chunks_are_found_by_their_text(
    generation: EmbeddingGeneration,
) -> None:
    values = {**EVERYTHING["values"], "query": vector_leg._literal(VECTORS[0]), "limit": 10}
    with transaction.atomic(), connection.cursor() as cursor:
        vector_leg._prefer_index(cursor)
        cursor.execute("EXPLAIN " + vector_leg._approximate(generation, "true"), values)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert generation.index_name in plan
    assert "chunk_by_text" in plan
    assert "Sort" not in plan


def test_the_index_agrees_with_reading_every_vector(generation: EmbeddingGeneration) -> None:
    for query in VECTORS[:20]:
        near = nearest(generation=generation, vector=query, narrow=False, limit=10, **EVERYTHING)
        exact = nearest_exact(generation=generation, vector=query, limit=10, **EVERYTHING)
        assert [chunk for chunk, _ in near] == [chunk for chunk, _ in exact]
        assert near[0][1] == pytest.approx(1.0, abs=1e-3)


def test_a_text_in_several_chunks_takes_one_place(generation: EmbeddingGeneration) -> None:
    near = nearest(generation=generation, vector=VECTORS[0], narrow=False, limit=50, **EVERYTHING)
    texts = Chunk.objects.filter(id__in=[chunk for chunk, _ in near])
    assert len({bytes(digest) for digest in texts.values_list("text_digest", flat=True)}) == 50


@pytest.mark.parametrize("exact_up_to", [0, vector_leg.EXACT_UP_TO])
@pytest.mark.parametrize("max_scan_tuples", [1, 20_000])
def test_a_filter_never_costs_results(
    generation: EmbeddingGeneration,
    monkeypatch: pytest.MonkeyPatch,
    exact_up_to: int,
    max_scan_tuples: int,
) -> None:
    """Also where the index gives up after its first tuples."""
    monkeypatch.setattr(vector_leg, "EXACT_UP_TO", exact_up_to)
    with connection.cursor() as cursor:
        cursor.execute(f"SET hnsw.max_scan_tuples = {max_scan_tuples}")
    near = nearest(generation=generation, vector=VECTORS[1], narrow=True, limit=20, **RUST)
    assert near == nearest_exact(generation=generation, vector=VECTORS[1], limit=20, **RUST)
    assert len(near) == COUNT // 30
    with connection.cursor() as cursor:
        cursor.execute("RESET hnsw.max_scan_tuples")


def test_vectors_of_a_wrong_shape_are_refused(generation: EmbeddingGeneration) -> None:
    digests = np.frombuffer(bytes(16), "V16")
    with pytest.raises(ValueError, match="16 dimensions"):
        vectors_copy(generation=generation, digests=digests, vectors=VECTORS[:1, :8])


def test_a_text_embedded_twice_keeps_its_first_vector(generation: EmbeddingGeneration) -> None:
    first = generation.embeddings.order_by("id")[0]
    digests = np.frombuffer(bytes(first.text_digest), "V16")
    assert vectors_copy(generation=generation, digests=digests, vectors=VECTORS[5:6]) == 0
    assert generation.embeddings.count() == COUNT
