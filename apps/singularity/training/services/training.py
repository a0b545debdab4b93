"""One training: corpus, process, and the model that comes of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from apps.shared.artifacts.services import artifact_digest, artifact_path
from apps.shared.core.jobs import JobRun, job_beating
from apps.singularity.ingestion.selectors.codebases import codebase_get
from apps.singularity.training.engine.corpus import Manifest, manifest_read
from apps.singularity.training.engine.events import TrainingFailed
from apps.singularity.training.engine.spec import Kind as SpecKind
from apps.singularity.training.engine.spec import Spec
from apps.singularity.training.models import Model, TrainingRun
from apps.singularity.training.services.completing import run_complete
from apps.singularity.training.services.corpus import corpus_prepare
from apps.singularity.training.services.folders import CORPUS, SPEC, run_folder
from apps.singularity.training.services.naming import provisional_version
from apps.singularity.training.services.process import training_command, training_process
from apps.singularity.training.services.record import RunRecord
from apps.singularity.training.services.starting import DEFAULTS, languages_of

Report = Callable[[TrainingRun, str], None]
"""Told of a run, and of the phase that it is in."""
READING, TRAINING, JUDGING = "reading the code", "training", "judging"


def silent(_run: TrainingRun, _phase: str) -> None:
    """Show nothing."""


def run_train(*, run: TrainingRun, tokenizer: Model | None, job: JobRun, report: Report) -> Model:
    """Train a run whose job is claimed; goes on from the last checkpoint where there is one.

    Args:
        tokenizer: the vocabulary of a T5, where it is a model of this instance.
    """
    record, folder = RunRecord(run), run_folder(run.pk)
    folder.mkdir(parents=True, exist_ok=True)
    report(run, READING)
    with job_beating(job):
        manifest = _corpus(run, folder / CORPUS)
    spec = _spec(run, folder, tokenizer)
    spec.write(folder / SPEC)
    run.data_digest = manifest.digest
    run.save(update_fields=["data_digest"])
    _listen(record, folder, job, report)
    if record.done is None:
        raise TrainingFailed("The training process ended without a result; its log says more.")
    return run_complete(run=run, bundle=folder / str(record.done["bundle"]), tokenizer=tokenizer)


def codebase_of(run: TrainingRun) -> Any:
    """The only code base that a run learns from, if it is one."""
    if run.codebase is None:
        return None
    return codebase_get(instance=run.instance, codebase_id=run.codebase)


def _corpus(run: TrainingRun, folder: Path) -> Manifest:
    """The run's corpus: what it began with where that is there, else today's code."""
    if run.data_digest and folder.is_dir():
        return manifest_read(folder)
    return corpus_prepare(
        kind=run.kind,
        codebase=codebase_of(run),
        languages=languages_of(run.scope),
        folder=folder,
    )


def _spec(run: TrainingRun, folder: Path, tokenizer: Model | None) -> Spec:
    known = {**DEFAULTS, **run.spec}  # a run from before a setting was known has not said it
    own = {name: known[name] for name in (*DEFAULTS, "base", "base_version")}
    if digest := artifact_digest(folder=own["base"]):
        artifact_path(digest=digest)  # says it where the base was removed since
    return Spec(
        kind=cast("SpecKind", run.kind),
        corpus=folder / CORPUS,
        run=folder,
        version=provisional_version(run),
        scope=run.scope,
        tokenizer=str(artifact_path(digest=tokenizer.artifact)) if tokenizer else "",
        seed=run.seed,
        resume=any(folder.glob("checkpoint-*")),
        **own,
    )


def _listen(record: RunRecord, folder: Path, job: JobRun, report: Report) -> None:
    command = training_command(folder / SPEC)
    with training_process(command, folder=folder) as process:
        for event in process.events():
            if event is not None:
                record.hear(event)
                report(record.run, TRAINING)
            job.report(**run_progress(record.run))
        record.write()
        job.report(force=True, **run_progress(record.run))
        if record.done is None:
            raise TrainingFailed(
                f"The training process {process.how_it_ended()}. {how_to_resume(record.run)}"
            )


def run_progress(run: TrainingRun) -> dict[str, Any]:
    """A job's progress: steps, and about how many there will be where the clock decides."""
    seconds, left = 60 * float(run.spec.get("minutes", 0)), run.seconds_left
    total = run.steps
    if not total and seconds and left is not None and left < seconds:
        total = round(run.step * seconds / (seconds - left))
    speed = {"tokens/s": round(run.tokens_per_second)} if run.tokens_per_second else {}
    return {"step": run.step, "steps": total, "loss": run.loss, "seconds_left": left, **speed}


def how_to_resume(run: TrainingRun) -> str:
    """What goes on with a run from its last checkpoint, as a sentence."""
    command = f"manage.py train {run.kind} --resume {str(run.pk)[:8]}"
    return f"`{command}` goes on from its last checkpoint."
