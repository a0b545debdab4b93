"""Write side of ingestion."""

from apps.singularity.ingestion.services.codebases import codebase_open
from apps.singularity.ingestion.services.encoders import (
    EncoderUnusable,
    encoder_adopted,
    encoder_switch,
)
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
    "EncoderUnusable",
    "FillReport",
    "IngestReport",
    "codebase_ingest",
    "codebase_open",
    "encoder_adopted",
    "encoder_switch",
    "fill_enqueue",
    "fill_run",
    "fill_running",
    "ingest_enqueue",
    "ingest_run",
    "vectors_fill",
]
