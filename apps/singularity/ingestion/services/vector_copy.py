"""Binary COPY of vectors, laid out by numpy: no Python object per vector or per number.

Layout: PostgreSQL's binary COPY format, and pgvector's ``halfvec_send`` (int16 dimensions, int16
unused, then big-endian IEEE half floats).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from django.db import connection

from apps.singularity.ingestion.models import EmbeddingGeneration
from apps.singularity.ingestion.services.copying import copy_into

_COPY = """
    COPY ingestion_embedding (instance, generation_id, text_digest, vector)
    FROM STDIN (FORMAT binary)"""
_SIGNATURE = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_TRAILER = b"\xff\xff"
_DIGEST_BYTES = 16


def vectors_copy(
    *,
    generation: EmbeddingGeneration,
    digests: npt.NDArray[np.void],
    vectors: npt.NDArray[np.float32],
) -> int:
    """Store vectors of shape (n, dimensions) under digests of shape (n,), 16 bytes each.

    Texts that another process has embedded meanwhile keep the vector they have. Returns how
    many were stored, in one transaction.

    Raises:
        ValueError: the shapes do not fit each other or the generation.
    """
    if vectors.shape != (len(digests), generation.dimensions):
        raise ValueError(
            f"vectors of shape {vectors.shape} for {len(digests)} texts of "
            f"{generation.dimensions} dimensions"
        )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT text_digest FROM ingestion_embedding"
            " WHERE generation_id = %s AND text_digest = ANY(%s)",
            [generation.pk, [bytes(digest) for digest in digests]],
        )
        known = {bytes(row[0]) for row in cursor.fetchall()}
        if known:
            new = np.array([bytes(digest) not in known for digest in digests])
            digests, vectors = digests[new], vectors[new]
    with copy_into(_COPY) as copy:
        copy.write(_SIGNATURE + _rows(generation, digests, vectors).tobytes() + _TRAILER)
    return len(digests)


def _rows(
    generation: EmbeddingGeneration,
    digests: npt.NDArray[np.void],
    vectors: npt.NDArray[np.float32],
) -> npt.NDArray[np.void]:
    instance = generation.instance.encode()
    dimensions = generation.dimensions
    layout = np.dtype(
        [
            ("fields", ">i2"),
            ("instance_length", ">i4"), ("instance", f"S{len(instance)}"),
            ("generation_length", ">i4"), ("generation", ">i8"),
            ("digest_length", ">i4"), ("digest", f"V{_DIGEST_BYTES}"),
            ("vector_length", ">i4"), ("dimensions", ">i2"), ("unused", ">i2"),
            ("vector", ">f2", (dimensions,)),
        ]
    )  # fmt: skip
    rows = np.zeros(len(digests), layout)
    rows["fields"] = 4
    rows["instance_length"], rows["instance"] = len(instance), instance
    rows["generation_length"], rows["generation"] = 8, generation.pk
    rows["digest_length"], rows["digest"] = _DIGEST_BYTES, digests
    rows["vector_length"], rows["dimensions"] = 4 + 2 * dimensions, dimensions
    rows["vector"] = vectors
    return rows
