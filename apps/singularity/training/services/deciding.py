"""Whether a model that was just trained is taken into use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from apps.shared.artifacts.services import ArtifactMissing, artifact_path
from apps.singularity.training.engine.errors import RunRefused
from apps.singularity.training.engine.events import TrainingFailed
from apps.singularity.training.models import Model
from apps.singularity.training.models.runs import Kind
from apps.singularity.training.selectors.models import model_in_use
from apps.singularity.training.services.bases import configured_encoder
from apps.singularity.training.services.comparing import models_compare
from apps.singularity.training.services.corpus import CorpusError
from apps.singularity.training.services.folders import CORPUS, run_folder
from apps.singularity.training.services.judging import Verdict, verdict
from apps.singularity.training.services.using import model_use

_CONFIGURED = "the configured embedding model"
_NEW, _USED = "new", "in use"


def model_decide(*, model: Model, use: bool | None, report: Callable[[], Any]) -> Verdict:
    """Take a model into use where it shall be, or where it beats what is in use.

    Args:
        use: whether it shall be; None leaves it to the judgement on held-out code.
        report: called every second; what it raises ends the judging.
    """
    if use is None:
        decided = _judged(model, report)
    else:
        decided = Verdict(use=use, reason="As asked." if use else "Left out of use, as asked.")
    if not decided.use:
        return decided
    try:
        model_use(model=model, reason=decided.reason)
    except RunRefused as error:
        return Verdict(use=False, reason=str(error))
    return decided


def _judged(model: Model, report: Callable[[], Any]) -> Verdict:
    used = model_in_use(kind=model.kind, scope=model.scope)
    if used and used.pk == model.pk:
        return Verdict(use=True, reason="It is in use.")
    try:
        folder = artifact_path(digest=used.artifact) if used else _without_model(model.kind)
    except ArtifactMissing:
        return Verdict(use=True, reason=f"The bundle of {used}, which was in use, is gone.")
    if folder is None:
        return _first(model.kind)
    name = used.version if used else _CONFIGURED
    try:
        new, old = _metrics(model, used, folder, report)
    except (TrainingFailed, CorpusError) as error:
        return Verdict(use=False, reason=f"It could not be judged beside {name}: {error}")
    return verdict(kind=model.kind, new=new, used=old, name=name)


def _without_model(kind: str) -> Path | None:
    """What answers where no model was ever taken: nothing, or the configured embedder."""
    return configured_encoder() if kind == Kind.ENCODER else None


def _first(kind: str) -> Verdict:
    if kind != Kind.ENCODER:
        return Verdict(use=True, reason="The first of its kind and scope.")
    return Verdict(
        use=False,
        reason="EMBEDDER is an address, beside which nothing is judged here: "
        "`manage.py models use VERSION` takes this model.",
    )


def _metrics(
    model: Model, used: Model | None, folder: Path, report: Callable[[], Any]
) -> tuple[Mapping[str, float], Mapping[str, float]]:
    """Of the model and of what is in use; a run that began from that has judged both itself."""
    run = model.run
    if run and run.codebase is None and _began_from(model, used, folder):
        return run.metrics, run.before
    corpus = run_folder(run.pk) / CORPUS if run and run.codebase is None else None
    judged = models_compare(
        kind=model.kind,
        scope=model.scope,
        folders={_NEW: artifact_path(digest=model.artifact), _USED: folder},
        corpus=corpus if corpus and corpus.is_dir() else None,
        report=report,
    )
    return judged[_NEW].metrics, judged[_USED].metrics


def _began_from(model: Model, used: Model | None, folder: Path) -> bool:
    if used:
        return model.base_id == used.pk
    return bool(model.run and Path(str(model.run.spec.get("base") or "")) == folder)
