"""T5 on code: span corruption on packed sequences, instruction pairs as a second task."""

from __future__ import annotations

from apps.singularity.training.engine.t5.infill import suggest
from apps.singularity.training.engine.t5.judging import evaluate
from apps.singularity.training.engine.t5.surprise import surprise
from apps.singularity.training.engine.t5.training import train

__all__ = ["evaluate", "suggest", "surprise", "train"]
