"""What the dashboard shows of training, and its part of the sidebar."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from apps.shared.core.jobs.status import Measure, job_status
from apps.shared.core.models import Job
from apps.shared.dashboard.frame import Panel, once
from apps.shared.dashboard.sidebar import Group, Item
from apps.singularity.ingestion.selectors.totals import codebases_position
from apps.singularity.training.selectors import models_in_use, runs_of

TRAIN_MEASURE = Measure(done="step", total="steps", unit="steps", also=("tokens/s",))
RUNS_SHOWN, MODELS_SHOWN = 3, 12
_UNFINISHED = (Job.State.QUEUED, Job.State.RUNNING)


def _training(request: HttpRequest) -> dict[str, Any]:
    """What is being trained and what is in use; nothing before there is code to learn from."""
    instance = settings.INSTANCE_ID
    if not once(request, "position", lambda: codebases_position(instance=instance)):
        return {}
    runs = runs_of().filter(job__state__in=_UNFINISHED)[:RUNS_SHOWN]
    return {
        "going": [(run, job_status(run.job)) for run in runs if run.job],
        "in_use": list(models_in_use()[:MODELS_SHOWN]),
        "can_start": request.user.has_perm("training.add_trainingrun"),
    }


TRAINING = Panel(
    "training", "Models", "training/panel.html", _training, live=True, later=True
)  # fmt: skip

SIDEBAR = Group(
    "Training",
    (
        Item(
            "Training runs",
            "model_training",
            "admin:training_trainingrun_changelist",
            "training.view_trainingrun",
        ),
        Item("Models", "neurology", "admin:training_model_changelist", "training.view_model"),
        Item(
            "Models in use",
            "task_alt",
            "admin:training_modelinuse_changelist",
            "training.view_modelinuse",
        ),
    ),
)
