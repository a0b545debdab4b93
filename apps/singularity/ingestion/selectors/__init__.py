"""Read side of ingestion."""

from apps.singularity.ingestion.selectors.encoders import (
    EncoderStatus,
    embedder_setting,
    encoder_folders,
    encoder_status,
)
from apps.singularity.ingestion.selectors.overview import (
    CodebaseSummary,
    VectorProgress,
    codebase_summary,
    vector_progress,
)
from apps.singularity.ingestion.selectors.search import SearchHit, SearchResult, chunks_search

__all__ = [
    "CodebaseSummary",
    "EncoderStatus",
    "SearchHit",
    "SearchResult",
    "VectorProgress",
    "chunks_search",
    "codebase_summary",
    "embedder_setting",
    "encoder_folders",
    "encoder_status",
    "vector_progress",
]
