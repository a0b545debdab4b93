"""From a run that ended well to the model that it made."""

from __future__ import annotations

from pathlib import Path

from apps.singularity.training.models import Model, TrainingRun
from apps.singularity.training.models.runs import Kind
from apps.singularity.training.services.adding import model_add
from apps.singularity.training.services.bases import SCRATCH, weights_digest

_FLEETS = (Model.Origin.AGGREGATE, Model.Origin.PERSONALISED)


def run_complete(*, run: TrainingRun, bundle: Path, tokenizer: Model | None) -> Model:
    """Make the model of a run; its metrics are what the run's row says.

    Args:
        bundle: the folder that the training process wrote.
        tokenizer: the vocabulary that the model was built on.

    Raises:
        ArtifactError: the bundle cannot be kept.
    """
    return model_add(
        folder=bundle,
        origin=origin_of(run),
        kind=run.kind,
        scope=run.scope,
        base=run.base,
        run=run,
        tokenizer_model=tokenizer,
        metrics=run.metrics,
        examples=run.examples,
        base_digest=_line_began_with(run),
    )


def origin_of(run: TrainingRun) -> Model.Origin:
    """What the fleet made and this instance trained further is personalised."""
    fleets = run.base is not None and run.base.origin in _FLEETS
    return Model.Origin.PERSONALISED if fleets else Model.Origin.LOCAL


def _line_began_with(run: TrainingRun) -> str:
    if run.kind == Kind.VOCABULARY:
        return ""
    if run.base:
        return run.base.base_digest
    folder = str(run.spec.get("base") or "")
    return weights_digest(Path(folder)) if folder else SCRATCH
