"""How a code base is built: its module graph, architecture patterns, and what changed in them."""

from __future__ import annotations

from apps.singularity.patterns.engine.architecture.model import (
    ModuleGraph,
    Package,
    SourceFile,
    source_file,
)
from apps.singularity.patterns.engine.architecture.module_graph import module_graph

__all__ = ["ModuleGraph", "Package", "SourceFile", "module_graph", "source_file"]
