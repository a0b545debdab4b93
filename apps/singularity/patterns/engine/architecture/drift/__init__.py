"""What changed in the architecture between two runs."""

from __future__ import annotations

from apps.singularity.patterns.engine.architecture.drift.changes import INSTABILITY_JUMP, drift
from apps.singularity.patterns.engine.architecture.drift.cycles import cycle_closed_by
from apps.singularity.patterns.engine.architecture.drift.model import Change, ChangeKind
from apps.singularity.patterns.engine.architecture.drift.summary import GraphSummary, summary_of

__all__ = [
    "INSTABILITY_JUMP",
    "Change",
    "ChangeKind",
    "GraphSummary",
    "cycle_closed_by",
    "drift",
    "summary_of",
]
