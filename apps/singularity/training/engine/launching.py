"""Several processes for one run: torchrun takes the place of this process.

It keeps the id, the group and the output, so that whoever started it stops and hears it as before.
Runs over several machines are started by torchrun itself (docs/models.md).
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from apps.singularity.training.engine.spec import Spec

MODULE = "apps.singularity.training.engine"


def launch(spec: Spec, order: Path) -> None:
    """Become torchrun where the run takes several processes and this is none of them yet."""
    if spec.task != "train" or spec.kind == "vocabulary" or "WORLD_SIZE" in os.environ:
        return
    count = spec.processes or _graphics_processors(spec)
    if count > 1:
        options = ["--standalone", f"--nproc-per-node={count}"]
        command = ["torch.distributed.run", *options, "-m", MODULE, str(order)]
        os.execv(sys.executable, [sys.executable, "-m", *command])  # noqa: S606 - no shell is meant


def _graphics_processors(spec: Spec) -> int:
    if spec.device == "cpu":
        return 0
    # loading torch takes seconds, and a wrong order shall be told at once
    import torch

    return torch.cuda.device_count()
