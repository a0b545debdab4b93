"""Read side of ingestion."""

from apps.singularity.ingestion.selectors.overview import (
    CodebaseSummary,
    VectorProgress,
    codebase_summary,
    vector_progress,
)
from apps.singularity.ingestion.selectors.search import SearchHit, SearchResult, chunks_search

__all__ = [
    "CodebaseSummary",
    "SearchHit",
    "SearchResult",
    "VectorProgress",
    "chunks_search",
    "codebase_summary",
    "vector_progress",
]
