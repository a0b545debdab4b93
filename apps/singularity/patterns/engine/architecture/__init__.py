"""How a code base is built: its module graph, architecture patterns, and what changed in them."""

from __future__ import annotations

from apps.singularity.patterns.engine.architecture.detection import (
    REPORTED,
    Definition,
    DefinitionError,
    Detection,
    Evidence,
    IndicatorHit,
    IndicatorMiss,
    detect,
    load_definitions,
    signature,
)
from apps.singularity.patterns.engine.architecture.drawing import drawing_of
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
    graph_of,
    source_file,
)
from apps.singularity.patterns.engine.architecture.module_graph import module_graph
from apps.singularity.patterns.engine.architecture.packages import is_package_file, read_package

__all__ = [
    "REPORTED",
    "Change",
    "ChangeKind",
    "Definition",
    "DefinitionError",
    "Detection",
    "Evidence",
    "GraphSummary",
    "IndicatorHit",
    "IndicatorMiss",
    "ModuleGraph",
    "Package",
    "SourceFile",
    "cycle_closed_by",
    "detect",
    "drawing_of",
    "drift",
    "graph_of",
    "is_package_file",
    "load_definitions",
    "module_graph",
    "read_package",
    "signature",
    "source_file",
    "summary_of",
]
