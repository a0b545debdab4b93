"""Search latency and recall at 10,000 and 100,000 chunks, beside pgvector's index alone.

Chunks are the standard library's and Django's own; their vectors are random projections of their
words (so that they cluster as text does, and 100,000 of them need no hour), and so are the
queries': first lines of documentation. The model's own time for a query is measured apart.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import numpy.typing as npt

from benchmarks.database import instance_site
from benchmarks.ingest import corpus
from benchmarks.report import median, percentile, show

DIMENSIONS = 384
QUERIES = 200
TOP = 10

Vectors = npt.NDArray[np.float32]


def projector() -> Callable[[list[str]], Vectors]:
    """Texts to unit vectors of shape (n, DIMENSIONS): hashed words, randomly projected."""
    from sklearn.feature_extraction.text import HashingVectorizer

    words = HashingVectorizer(n_features=4096, alternate_sign=False, norm=None)
    planes = np.random.default_rng(7).standard_normal((4096, DIMENSIONS)).astype(np.float32)

    def project(texts: list[str]) -> Vectors:
        vectors = np.log1p(words.transform(texts)) @ planes + planes[0] / 100  # never zero
        unit: Vectors = vectors / (np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9)
        return unit.astype(np.float32)

    return project


def fill(instance: str, project: Callable[[list[str]], Vectors]) -> tuple[Any, float]:
    """Store a vector for every text, build the index; the generation, and the build's seconds."""
    from apps.singularity.ingestion.models import Chunk, EmbeddingGeneration
    from apps.singularity.ingestion.services.vector_copy import vectors_copy
    from apps.singularity.ingestion.services.vectors import index_ensure

    generation = EmbeddingGeneration.objects.create(
        instance=instance, identity="words", name="words", dimensions=DIMENSIONS, state="active"
    )
    texts = {
        bytes(digest): content
        for digest, content in Chunk.objects.filter(instance=instance).values_list(
            "text_digest", "content"
        )
    }
    digests = list(texts)
    for start in range(0, len(digests), 5_000):
        batch = digests[start : start + 5_000]
        vectors_copy(
            generation=generation,
            digests=np.frombuffer(b"".join(batch), dtype="V16"),
            vectors=project([texts[digest] for digest in batch]),
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


def measure(instance: str, root: Path, folders: list[str]) -> dict[str, Any]:
    """Ingest, fill, ask."""
    from django.db import connection

    from apps.singularity.ingestion.models import Chunk
    from apps.singularity.ingestion.selectors import chunks_search
    from apps.singularity.ingestion.selectors.vector_leg import nearest, nearest_exact
    from apps.singularity.ingestion.services import codebase_ingest, codebase_open

    for folder in folders:
        codebase = codebase_open(instance=instance, path=root / folder, name=folder)
        codebase_ingest(codebase=codebase)
    project = projector()
    generation, building = fill(instance, project)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    asked = questions(instance)
    vectors = dict(zip(asked, project(asked), strict=True))
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

    from apps.singularity.ingestion.selectors.filters import SearchFilters

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


def query_embedding() -> float:
    """Median seconds that the default model takes for a query it has not seen."""
    from apps.singularity.ingestion.resources import embedder_open

    embedder = embedder_open("")
    embedder.embed(["warm up"])
    times = []
    for number in range(50):
        started = time.perf_counter()
        embedder.embed([f"read the configuration file number {number} and return its values"])
        times.append(time.perf_counter() - started)
    return median(times)


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder, instance_site():
        root = corpus(Path(folder))
        small = measure("small", root / "django", ["db", "forms", "contrib", "http"])
        show("search, 10k chunks", small)
        large = measure("large", root, ["stdlib", "django"])
        show("search, 100k chunks", large | {"query embedding, p50 ms": query_embedding() * 1e3})


if __name__ == "__main__":
    main()
