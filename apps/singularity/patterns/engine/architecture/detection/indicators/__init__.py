"""The kinds of indicators: each says where in a code base it is met, or None."""

from __future__ import annotations

from typing import TypeAlias

from apps.singularity.patterns.engine.architecture.detection.indicators.code import (
    Calls,
    EntryPoints,
    Functions,
    Imports,
    Languages,
    Types,
)
from apps.singularity.patterns.engine.architecture.detection.indicators.layout import (
    Entries,
    Files,
    Folders,
)
from apps.singularity.patterns.engine.architecture.detection.indicators.project import (
    Facts,
    Graph,
    Packages,
)

Kind: TypeAlias = (
    Folders
    | Files
    | Entries
    | Imports
    | Facts
    | Packages
    | Graph
    | Types
    | Functions
    | Calls
    | EntryPoints
    | Languages
)

__all__ = [
    "Calls",
    "Entries",
    "EntryPoints",
    "Facts",
    "Files",
    "Folders",
    "Functions",
    "Graph",
    "Imports",
    "Kind",
    "Languages",
    "Packages",
    "Types",
]
