"""What an ingest would read, and how long it would take, before anything is written."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from apps.singularity.ingestion.engine.languages import language_of
from apps.singularity.ingestion.engine.skips import Skipped
from apps.singularity.ingestion.engine.walk import walk
from apps.singularity.ingestion.services.ingest import recipe_of_settings

# of benchmarks/RESULTS.md, a core each
_BYTES_PER_CHUNK = 450
_TEXT_BYTES_PER_SECOND = 1_800_000
_VECTORS_PER_SECOND = 110


@dataclass(slots=True)
class Preview:
    """Counts of a walk; ``languages`` maps a language to its files and bytes."""

    files: int = 0
    bytes: int = 0
    languages: dict[str, tuple[int, int]] = field(default_factory=dict)
    skipped: dict[str, int] = field(default_factory=dict)
    cores: int = 1

    @property
    def chunks_estimated(self) -> int:
        """About how many chunks the bytes make."""
        return -(-self.bytes // _BYTES_PER_CHUNK)

    @property
    def text_seconds(self) -> float:
        """About how long reading and storing takes."""
        return self.bytes / (_TEXT_BYTES_PER_SECOND * self.cores)

    @property
    def vector_seconds(self) -> float:
        """About how long the default model takes for the vectors."""
        return self.chunks_estimated / (_VECTORS_PER_SECOND * self.cores)

    def numbers(self) -> dict[str, Any]:
        """All of it, for JSON."""
        return asdict(self) | {
            "chunks_estimated": self.chunks_estimated,
            "text_seconds": round(self.text_seconds, 1),
            "vector_seconds": round(self.vector_seconds, 1),
        }


def tree_preview(path: Path) -> Preview:
    """Walk a tree as an ingest would; languages are told by name alone.

    Raises:
        IngestError: the path is missing, not a folder, or closed to us.
    """
    preview = Preview(cores=len(os.sched_getaffinity(0)))
    files: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    skipped: Counter[str] = Counter()
    for entry in walk(path, recipe_of_settings().limits):
        if isinstance(entry, Skipped):
            skipped[entry.reason.value] += 1
            continue
        language = language_of(entry.path)
        files[language] += 1
        sizes[language] += entry.size
    preview.files, preview.bytes = files.total(), sizes.total()
    preview.languages = {name: (count, sizes[name]) for name, count in files.most_common()}
    preview.skipped = dict(skipped.most_common())
    return preview
