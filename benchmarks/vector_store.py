"""Storing vectors: binary COPY laid out by numpy, beside COPY as text, into equal tables."""

from __future__ import annotations

import time

import numpy as np

from benchmarks.database import instance_site
from benchmarks.report import median, show

COUNT, DIMENSIONS, ROUNDS, BATCH = 20_000, 384, 3, 1_000


def main() -> None:
    """Measure and print."""
    with instance_site():
        from django.db import connection

        from apps.singularity.ingestion.models import EmbeddingGeneration
        from apps.singularity.ingestion.services.vector_copy import vectors_copy

        random = np.random.default_rng(1)
        vectors = random.standard_normal((COUNT, DIMENSIONS), dtype=np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        generation = EmbeddingGeneration.objects.create(
            instance="bench", identity="bench", name="bench", dimensions=DIMENSIONS, state="active"
        )
        binary, text = [], []
        for number in range(ROUNDS):
            digests = np.frombuffer(random.bytes(16 * COUNT), dtype="V16")
            with connection.cursor() as cursor:
                cursor.execute("TRUNCATE ingestion_embedding")
            started = time.perf_counter()
            for start in range(0, COUNT, BATCH):
                rows = slice(start, start + BATCH)
                vectors_copy(generation=generation, digests=digests[rows], vectors=vectors[rows])
            binary.append(COUNT / (time.perf_counter() - started))
            with connection.cursor() as cursor:
                cursor.execute("TRUNCATE ingestion_embedding")
                started = time.perf_counter()
                for start in range(0, COUNT, BATCH):
                    with cursor.copy(
                        "COPY ingestion_embedding (instance, generation_id, text_digest, vector)"
                        " FROM STDIN"
                    ) as copy:
                        for at in range(start, start + BATCH):
                            row = "[" + ",".join(map(str, vectors[at].tolist())) + "]"
                            copy.write_row(("bench", generation.pk, digests[at].tobytes(), row))
                text.append(COUNT / (time.perf_counter() - started))
            print(f"round {number + 1}: binary {binary[-1]:,.0f}/s, text {text[-1]:,.0f}/s")
        show(
            "vector store",
            {
                "COPY as text, vectors/s": median(text),
                "binary COPY, vectors/s": median(binary),
                "ratio (goal 5)": median(binary) / median(text),
            },
        )


if __name__ == "__main__":
    main()
