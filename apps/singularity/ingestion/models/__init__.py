"""Tables of ingestion: what was found, what was cut from it, and its vectors."""

from apps.singularity.ingestion.models.code import Chunk, Codebase, File
from apps.singularity.ingestion.models.encoders import EncoderInUse
from apps.singularity.ingestion.models.facts import DeclaredDependency, SecretFinding
from apps.singularity.ingestion.models.vectors import Embedding, EmbeddingGeneration

__all__ = [
    "Chunk",
    "Codebase",
    "DeclaredDependency",
    "Embedding",
    "EmbeddingGeneration",
    "EncoderInUse",
    "File",
    "SecretFinding",
]
