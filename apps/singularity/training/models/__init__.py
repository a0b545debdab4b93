"""Runs with their curves, models with their lineage, and which of them is in use."""

from apps.singularity.training.models.models import Model, ModelInUse
from apps.singularity.training.models.runs import TrainingPoint, TrainingRun

__all__ = ["Model", "ModelInUse", "TrainingPoint", "TrainingRun"]
