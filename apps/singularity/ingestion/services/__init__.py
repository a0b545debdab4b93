"""Write side of ingestion."""

from apps.singularity.ingestion.services.codebases import codebase_open
from apps.singularity.ingestion.services.ingest import IngestReport, codebase_ingest
from apps.singularity.ingestion.services.runs import (
    EMBED,
    INGEST,
    fill_enqueue,
    fill_run,
    fill_running,
    ingest_enqueue,
    ingest_run,
)
from apps.singularity.ingestion.services.vectors import FillReport, vectors_fill

__all__ = [
    "EMBED",
    "INGEST",
    "FillReport",
    "IngestReport",
    "codebase_ingest",
    "codebase_open",
    "fill_enqueue",
    "fill_run",
    "fill_running",
    "ingest_enqueue",
    "ingest_run",
    "vectors_fill",
]
