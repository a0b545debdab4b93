"""How a code base is built: its module graph, architecture patterns, and what changed in them."""

from __future__ import annotations

from apps.singularity.patterns.engine.architecture.drift import (
    Change,
    ChangeKind,
    GraphSummary,
    cycle_closed_by,
    drift,
    summary_of,
)
from apps.singularity.patterns.engine.architecture.model import (
    ModuleGraph,
    Package,
    SourceFile,
    source_file,
)
from apps.singularity.patterns.engine.architecture.module_graph import module_graph
from apps.singularity.patterns.engine.architecture.packages import is_package_file, read_package

__all__ = [
    "Change",
    "ChangeKind",
    "GraphSummary",
    "ModuleGraph",
    "Package",
    "SourceFile",
    "cycle_closed_by",
    "drift",
    "is_package_file",
    "module_graph",
    "read_package",
    "source_file",
    "summary_of",
]
