"""Architecture patterns, told by definitions that are data."""

from __future__ import annotations

from apps.singularity.patterns.engine.architecture.detection.definition import (
    Definition,
    DefinitionError,
    signature,
)
from apps.singularity.patterns.engine.architecture.detection.detect import (
    REPORTED,
    Detection,
    IndicatorHit,
    IndicatorMiss,
    detect,
)
from apps.singularity.patterns.engine.architecture.detection.evidence import Evidence
from apps.singularity.patterns.engine.architecture.detection.loading import load_definitions

__all__ = [
    "REPORTED",
    "Definition",
    "DefinitionError",
    "Detection",
    "Evidence",
    "IndicatorHit",
    "IndicatorMiss",
    "detect",
    "load_definitions",
    "signature",
]
