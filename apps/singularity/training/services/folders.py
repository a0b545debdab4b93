"""Where runs lie on the disk, below the state folder."""

from __future__ import annotations

import uuid
from pathlib import Path

from django.conf import settings

CORPUS = "corpus"
BUNDLE = "bundle"
SPEC = "spec.json"
LOG = "log.txt"


def runs_folder() -> Path:
    """The folder of all runs of this host."""
    folder: Path = settings.STATE_DIR / "training" / "runs"
    return folder.absolute()


def run_folder(run_id: uuid.UUID) -> Path:
    """The folder of a run: its corpus, checkpoints, bundle and log."""
    return runs_folder() / str(run_id)
