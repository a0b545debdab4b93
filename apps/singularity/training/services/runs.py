"""Runs as jobs: one of a kind and scope at a time, and a row that says what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from apps.shared.artifacts.services import ArtifactError
from apps.shared.core.jobs import JobOrder, JobRun, job_beating
from apps.shared.core.models import Job
from apps.singularity.training.engine.errors import RunWaits
from apps.singularity.training.engine.events import TrainingFailed
from apps.singularity.training.engine.process import is_disk_full
from apps.singularity.training.models import Model, TrainingRun
from apps.singularity.training.models.runs import Kind
from apps.singularity.training.selectors.models import model_named, vocabulary_for
from apps.singularity.training.services.corpus import CorpusError
from apps.singularity.training.services.deciding import model_decide
from apps.singularity.training.services.folders import runs_folder
from apps.singularity.training.services.pruning import runs_prune
from apps.singularity.training.services.record import RunRecord
from apps.singularity.training.services.starting import languages_of, run_start
from apps.singularity.training.services.training import (
    JUDGING,
    Report,
    codebase_of,
    how_to_resume,
    run_train,
    silent,
)

TRAIN = "train"
FAILURES = (TrainingFailed, CorpusError, ArtifactError)
"""Errors with a line for people."""


def run_order(*, run: TrainingRun, use: bool | None = None) -> JobOrder:
    """The job of a run: of one kind and scope only one is trained at a time.

    Args:
        use: whether the model is taken into use; where it is better than the one in use, if none.
    """
    return JobOrder(
        instance=run.instance,
        kind=TRAIN,
        key=f"{run.kind}:{run.scope}",
        label=f"{run.get_kind_display()} for {run.scope}",
        config={"run": str(run.pk), "use": use},
    )


def run_enqueue(*, run: TrainingRun, use: bool | None = None) -> Job:
    """Record that a worker shall train a run.

    Raises:
        RunWaits: another run of this kind and scope waits already, or this one is being trained.
    """
    order = run_order(run=run, use=use)
    running = order.running()
    if running and running.config.get("run") == str(run.pk):
        raise RunWaits(f"Job {running.pk} trains this run already.")
    job, _ = order.enqueue()
    if job.config.get("run") != str(run.pk):
        raise RunWaits(
            f"A run of {order.label} waits for a worker already, as job {job.pk}: "
            "wait for it, or cancel it."
        )
    run.job = job
    run.save(update_fields=["job"])
    return job


def train_run(
    *,
    run: TrainingRun,
    job_id: int | None = None,
    use: bool | None = None,
    report: Report = silent,
) -> Model:
    """Train a run under a job row; one that was interrupted goes on from its last checkpoint.

    Args:
        job_id: the queued job of the run; a new one where there is none.
        use: as of ``run_order``; a queued job knows it.

    Raises:
        JobAlreadyRunning: a model of this kind and scope is being trained.
        JobCancelled: somebody cancelled it, and the process has ended.
        TrainingFailed: the run cannot go on; one line says why and what to do.
        CorpusError: there is too little code to learn from.
    """
    with run_order(run=run, use=use).run(job_id=job_id) as job, _plainly(run):
        run.job = job.job
        run.save(update_fields=["job"])
        model = run.model if hasattr(run, "model") else _trained(run, job, report)
        report(run, JUDGING)
        with job_beating(job):
            decided = model_decide(model=model, use=job.job.config.get("use"), report=job.report)
        RunRecord(run).note(decided.reason)
        job.result = run_result(model) | {"in_use": decided.use, "reason": decided.reason}
    runs_prune()
    return model


def run_result(model: Model) -> dict[str, Any]:
    """What a run that ended well gives, as JSON."""
    return {
        "run": str(model.run_id),
        "model": model.pk,
        "version": model.version,
        "family": model.family,
        "metrics": model.metrics,
    }


def _trained(run: TrainingRun, job: JobRun, report: Report) -> Model:
    with job_beating(job):
        tokenizer = _tokenizer(run, report)
    return run_train(run=run, tokenizer=tokenizer, job=job, report=report)


def _tokenizer(run: TrainingRun, report: Report) -> Model | None:
    """The vocabulary of a T5 from scratch; a run that goes on keeps the one it began with."""
    if run.kind != Kind.T5 or run.spec.get("base"):
        return run.base.tokenizer_model if run.base else None
    known = str(run.spec.get("tokenizer_version") or "")
    model = model_named(version=known, kind=Kind.VOCABULARY) if known else None
    model = model or vocabulary_for(scope=run.scope)
    if model is None:
        model = _vocabulary_first(run, report)
        RunRecord(run).note(f"There was no vocabulary: {model.version} was trained first.")
    run.spec = {**run.spec, "tokenizer_version": model.version}
    run.save(update_fields=["spec"])
    return model


def _vocabulary_first(run: TrainingRun, report: Report) -> Model:
    codebase = codebase_of(run)
    first = run_start(
        kind=Kind.VOCABULARY, codebase=codebase, languages=languages_of(run.scope), seed=run.seed
    )
    return train_run(run=first, report=report)


@contextmanager
def _plainly(run: TrainingRun) -> Iterator[None]:
    """A full disk is one line too."""
    try:
        yield
    except OSError as error:
        if not is_disk_full(error):
            raise
        raise TrainingFailed(
            f"The disk is full: make room below {runs_folder()}. {how_to_resume(run)}"
        ) from error
