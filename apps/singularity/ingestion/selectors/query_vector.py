"""The vector of a query, by the model whose vectors answer it."""

from __future__ import annotations

from functools import lru_cache

from apps.singularity.ingestion.engine.embedding import EmbedderError
from apps.singularity.ingestion.models import EmbeddingGeneration
from apps.singularity.ingestion.resources import embedder_open, vector_identity
from apps.singularity.ingestion.selectors.vector_leg import Vector

_MAX_QUERY_CHARACTERS = 4_000


def query_vector(generation: EmbeddingGeneration, query: str) -> Vector:
    """Float32 of shape (dimensions,), unit length.

    Raises:
        EmbedderError: the generation's model is gone, or is not the one it was.
    """
    return _embed(generation.setting, generation.identity, query[:_MAX_QUERY_CHARACTERS])


@lru_cache(maxsize=512)
def _embed(setting: str, identity: str, query: str) -> Vector:
    embedder = embedder_open(setting, identity)
    if vector_identity(embedder) != identity:
        raise EmbedderError(
            f"the model in {setting or 'its package'} is another than the one that made the "
            "vectors: they are made anew by the next ingest"
        )
    vector: Vector = embedder.embed([query])[0]
    return vector
