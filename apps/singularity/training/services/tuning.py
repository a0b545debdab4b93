"""The fleet's model, trained further on this instance's own code."""

from __future__ import annotations

from apps.singularity.training.models import Model
from apps.singularity.training.services.runs import train_run
from apps.singularity.training.services.starting import languages_of, run_start


def model_fine_tune(*, model: Model, steps: int) -> Model:
    """Train a model further for so many steps; the outcome is not taken into use.

    Raises:
        JobAlreadyRunning: a model of this kind and scope is being trained.
        TrainingFailed: the run cannot go on.
        CorpusError: there is too little code.
    """
    run = run_start(
        kind=model.kind, languages=languages_of(model.scope), base=model.version, steps=steps
    )
    return train_run(run=run, use=False)
