"""Peers that tests and benchmarks compare with; they live in a folder beside the packages."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import ModuleType


def flower_aggregate() -> ModuleType:
    """Flower's own functions for aggregating, ``flwr.server.strategy.aggregate``."""
    os.environ["FLWR_TELEMETRY_ENABLED"] = "0"
    folder = str(Path(sys.prefix) / "peers")
    if folder not in sys.path:
        sys.path.append(folder)  # at the end: what is ours stays ours
    from flwr.server.strategy import aggregate

    found: ModuleType = aggregate
    return found
