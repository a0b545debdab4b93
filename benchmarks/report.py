"""How benchmarks print: a table for people, one JSON line for RESULTS.md's next edition."""

from __future__ import annotations

import json
import os
import platform
import resource
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def machine() -> str:
    """Cores, processor and Python of this machine."""
    model = ""
    with Path("/proc/cpuinfo").open() as lines:
        model = next((line.split(":")[1].strip() for line in lines if "model name" in line), "")
    cores = len(os.sched_getaffinity(0))
    return f"{cores} cores, {model or platform.machine()}, Python {platform.python_version()}"


def show(title: str, rows: dict[str, Any]) -> None:
    """Print named figures, then the same as one JSON line."""
    print(f"\n{title} ({machine()})")
    for name, value in rows.items():
        print(f"  {name:<44} {value:,.3f}" if isinstance(value, float) else f"  {name:<44} {value}")
    print(json.dumps({"benchmark": title, **rows}))


def percentile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` (0 to 1) of ``values`` do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def median(values: Sequence[float]) -> float:
    """The middle value."""
    return statistics.median(values)


def peak_memory_mb() -> tuple[float, float]:
    """Peak resident memory in MiB so far: of this process, and of its largest ended child."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return own, children
