"""A corpus from its folder, a line at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from apps.singularity.training.engine.corpus.model import CorpusText, Manifest, Pair, Part

MANIFEST = "manifest.json"


def texts_file(folder: Path, part: Part) -> Path:
    """The file of a part's texts."""
    return folder / f"{part}.jsonl"


def pairs_file(folder: Path, part: Part) -> Path:
    """The file of a part's pairs."""
    return folder / f"pairs_{part}.jsonl"


def texts_read(folder: Path, part: Part) -> Iterator[CorpusText]:
    """The texts of a part, by digest. Raises FileNotFoundError where there is no corpus."""
    with texts_file(folder, part).open("rb") as lines:
        for line in lines:
            yield CorpusText(**json.loads(line))


def pairs_read(folder: Path, part: Part) -> Iterator[Pair]:
    """The pairs of a part. Raises FileNotFoundError where there is no corpus."""
    with pairs_file(folder, part).open("rb") as lines:
        for line in lines:
            yield Pair(**json.loads(line))


def manifest_read(folder: Path) -> Manifest:
    """What a corpus holds. Raises FileNotFoundError where there is none."""
    return Manifest(**json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
