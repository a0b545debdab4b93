"""Read side of training."""

from apps.singularity.training.selectors.models import (
    aggregate_of,
    model_in_use,
    model_named,
    models_in_use,
    models_of,
    models_to_tell,
    vocabulary_for,
)
from apps.singularity.training.selectors.runs import run_get, run_settings, runs_of

__all__ = [
    "aggregate_of",
    "model_in_use",
    "model_named",
    "models_in_use",
    "models_of",
    "models_to_tell",
    "run_get",
    "run_settings",
    "runs_of",
    "vocabulary_for",
]
