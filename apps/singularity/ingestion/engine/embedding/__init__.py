"""Texts to vectors, whatever computes them: a local model directory or an HTTP endpoint."""

from apps.singularity.ingestion.engine.embedding.loading import load_embedder
from apps.singularity.ingestion.engine.embedding.protocol import Embedder, EmbedderError

__all__ = ["Embedder", "EmbedderError", "load_embedder"]
