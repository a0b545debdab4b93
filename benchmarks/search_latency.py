"""Search latency and recall at 10,000 and 100,000 chunks, beside pgvector's index alone.

Chunks are the standard library's and Django's own. At 10,000 their vectors are the default
model's. At 100,000 each is a random mix of two of those (so that they lie where code's vectors
lie, and need no quarter of an hour). Queries are first lines of documentation, embedded by the
model; its own time for a query is measured apart.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import numpy.typing as npt

from apps.singularity.ingestion.engine.embedding import Embedder
from benchmarks.database import instance_site
from benchmarks.ingest import corpus
from benchmarks.report import median, percentile, show

DIMENSIONS = 384
QUERIES = 200
TOP = 10

Vectors = npt.NDArray[np.float32]
Figures = dict[str, Any]


def mixed(base: Vectors, count: int) -> Vectors:
    """Unit vectors of shape (count, dimensions): each between two random rows of ``base``."""
    random = np.random.default_rng(7)
    first, second = random.integers(0, len(base), (2, count))
    share = random.uniform(0.5, 1.0, (count, 1)).astype(np.float32)
    mix = share * base[first] + (1 - share) * base[second]
    unit: Vectors = mix / np.linalg.norm(mix, axis=1, keepdims=True)
    return unit


def texts_of(instance: str) -> dict[bytes, str]:
    """The content of every distinct text, by its digest."""
    from apps.singularity.ingestion.models import Chunk

    rows = Chunk.objects.filter(instance=instance).values_list("text_digest", "content")
    return {bytes(digest): content for digest, content in rows}


def fill(instance: str, digests: list[bytes], vectors: Vectors) -> tuple[Any, float]:
    """Store the vectors, build the index; the generation, and the build's seconds."""
    from apps.singularity.ingestion.models import EmbeddingGeneration
    from apps.singularity.ingestion.services.generations import index_ensure
    from apps.singularity.ingestion.services.vector_copy import vectors_copy

    generation = EmbeddingGeneration.objects.create(
        instance=instance, identity="bench", name="bench", dimensions=DIMENSIONS, state="active"
    )
    for start in range(0, len(digests), 5_000):
        rows = slice(start, start + 5_000)
        vectors_copy(
            generation=generation,
            digests=np.frombuffer(b"".join(digests[rows]), dtype="V16"),
            vectors=vectors[rows],
        )
    started = time.perf_counter()
    index_ensure(generation=generation)
    return generation, time.perf_counter() - started


def questions(instance: str) -> list[str]:
    """First lines of documentation, evenly drawn."""
    from apps.singularity.ingestion.models import Chunk

    lines = [
        text.split("\n")[0][:200]
        for text in Chunk.objects.filter(instance=instance, kind__in=["function", "method"])
        .exclude(documentation="")
        .order_by("content_digest")
        .values_list("documentation", flat=True)
    ]
    wanted = [line for line in lines if 3 <= len(line.split()) <= 15]
    return wanted[:: max(1, len(wanted) // QUERIES)][:QUERIES]


def learn(instance: str, root: Path, folders: list[str]) -> None:
    """Ingest folders, each as a code base."""
    from apps.singularity.ingestion.services import codebase_ingest, codebase_open

    for folder in folders:
        codebase = codebase_open(instance=instance, path=root / folder, name=folder)
        codebase_ingest(codebase=codebase)


def measure(instance: str, digests: list[bytes], stored: Vectors, embedder: Embedder) -> Figures:
    """Fill, ask."""
    from django.db import connection

    from apps.singularity.ingestion.models import Chunk
    from apps.singularity.ingestion.selectors import chunks_search
    from apps.singularity.ingestion.selectors.filters import SearchFilters
    from apps.singularity.ingestion.selectors.vector_leg import nearest, nearest_exact

    generation, building = fill(instance, digests, stored)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    asked = questions(instance)
    vectors = dict(zip(asked, embedder.embed(asked), strict=True))
    everything: dict[str, Any] = {"condition": "true", "values": {"instance": instance}}

    alone, recalls = [], []
    for question in asked:
        started = time.perf_counter()
        near = nearest(
            generation=generation, vector=vectors[question], limit=TOP, narrow=False, **everything
        )
        alone.append(time.perf_counter() - started)
        exact = nearest_exact(
            generation=generation, vector=vectors[question], limit=TOP, **everything
        )
        worst = exact[-1][1] - 1e-4  # equal distances may come in any order
        recalls.append(sum(cosine >= worst for _, cosine in near) / len(exact))

    def search(question: str, **filters: Any) -> float:
        started = time.perf_counter()
        chunks_search(instance=instance, query=question, limit=TOP, **filters)
        return time.perf_counter() - started

    narrow = SearchFilters(kinds=("class",), path="**/*.py")
    module = "apps.singularity.ingestion.selectors.candidates.query_vector"
    with mock.patch(module, lambda _generation, query: vectors[query]):
        for question in asked[:10]:
            search(question)
        hybrid = [search(question) for question in asked]
        filtered = [search(question, filters=narrow) for question in asked]
    return {
        "chunks": Chunk.objects.filter(instance=instance).count(),
        "vectors": generation.embeddings.count(),
        "HNSW build, s": building,
        "vector leg alone, top 10, p50 ms": median(alone) * 1e3,
        "recall@10 of the vector leg (goal .98)": float(np.mean(recalls)),
        "hybrid p50 ms (goal 15)": median(hybrid) * 1e3,
        "hybrid p95 ms (goal 40)": percentile(hybrid, 0.95) * 1e3,
        "hybrid / vector leg alone": median(hybrid) / median(alone),
        "filtered by kind and path, p50 ms": median(filtered) * 1e3,
        "filtered by kind and path, p95 ms": percentile(filtered, 0.95) * 1e3,
    }


def query_embedding(embedder: Embedder) -> float:
    """Median seconds that the model takes for a query it has not seen."""
    times = []
    for number in range(50):
        started = time.perf_counter()
        embedder.embed([f"read the configuration file number {number} and return its values"])
        times.append(time.perf_counter() - started)
    return median(times)


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder, instance_site():
        from apps.singularity.ingestion.resources import embedder_open

        embedder = embedder_open("")
        root = corpus(Path(folder))
        learn("small", root / "django", ["db", "forms", "contrib", "http"])
        texts = texts_of("small")
        base = embedder.embed(list(texts.values()))
        show("search, 10k chunks", measure("small", list(texts), base, embedder))
        learn("large", root, ["stdlib", "django"])
        digests = list(texts_of("large"))
        large = measure("large", digests, mixed(base, len(digests)), embedder)
        large["query embedding, p50 ms"] = query_embedding(embedder) * 1e3
        show("search, 100k chunks", large)


if __name__ == "__main__":
    main()
