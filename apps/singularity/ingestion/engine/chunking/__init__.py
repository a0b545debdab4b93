"""Cuts files into chunks that follow syntax, under a token budget.

language table -> `outline` (tree -> marks) or `layouts` (lines -> marks) -> `assemble` (marks ->
chunks, with `split` for what no syntax cuts finely enough).
"""

from apps.singularity.ingestion.engine.chunking.chunker import chunk_text
from apps.singularity.ingestion.engine.chunking.model import CHUNKER_VERSION, Chunk, Chunked

__all__ = ["CHUNKER_VERSION", "Chunk", "Chunked", "chunk_text"]
