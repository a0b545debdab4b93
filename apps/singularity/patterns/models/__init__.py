"""Tables of mining: what each file told, and what was learned from all of them."""

from apps.singularity.patterns.models.architecture import (
    ArchitectureChange,
    ArchitecturePattern,
    ModuleGraph,
)
from apps.singularity.patterns.models.code import CodePattern, Finding, PatternSupport
from apps.singularity.patterns.models.frameworks import DataSchema, Framework
from apps.singularity.patterns.models.mining import FileFacts, Mining

__all__ = [
    "ArchitectureChange",
    "ArchitecturePattern",
    "CodePattern",
    "DataSchema",
    "FileFacts",
    "Finding",
    "Framework",
    "Mining",
    "ModuleGraph",
    "PatternSupport",
]
