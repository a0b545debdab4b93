"""``python -m apps.singularity.training.engine SPEC.json``: one training process."""

from __future__ import annotations

import sys
from pathlib import Path

from apps.singularity.training.engine.process import run

if __name__ == "__main__":
    sys.exit(run(Path(sys.argv[1])))
