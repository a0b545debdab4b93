"""Write side of training: runs, the models that come of them, and which of those are used."""

from apps.singularity.training.engine.errors import NoFormer, RunRefused, RunWaits
from apps.singularity.training.engine.events import TrainingFailed
from apps.singularity.training.services.adding import model_add, model_measured
from apps.singularity.training.services.comparing import Judged, models_compare
from apps.singularity.training.services.pruning import runs_prune
from apps.singularity.training.services.runs import (
    FAILURES,
    TRAIN,
    run_enqueue,
    run_order,
    run_result,
    train_run,
)
from apps.singularity.training.services.starting import run_start
from apps.singularity.training.services.telling import models_told
from apps.singularity.training.services.training import TRAINING, how_to_resume, run_progress
from apps.singularity.training.services.tuning import model_fine_tune
from apps.singularity.training.services.using import model_leave, model_roll_back, model_use

__all__ = [
    "FAILURES",
    "TRAIN",
    "TRAINING",
    "Judged",
    "NoFormer",
    "RunRefused",
    "RunWaits",
    "TrainingFailed",
    "how_to_resume",
    "model_add",
    "model_fine_tune",
    "model_leave",
    "model_measured",
    "model_roll_back",
    "model_use",
    "models_compare",
    "models_told",
    "run_enqueue",
    "run_order",
    "run_progress",
    "run_result",
    "run_start",
    "runs_prune",
    "train_run",
]
