"""Questions to the T5 in use, answered by a process of its own within a bounded time."""

from __future__ import annotations

import fcntl
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import transaction

from apps.shared.artifacts.engine.family import ALL
from apps.shared.artifacts.services import artifact_path
from apps.singularity.training.engine.events import TrainingFailed
from apps.singularity.training.engine.spec import Spec, Task
from apps.singularity.training.models import Model
from apps.singularity.training.models.runs import Kind
from apps.singularity.training.selectors import models_in_use
from apps.singularity.training.services.comparing import work_folder
from apps.singularity.training.services.corpus import corpus_prepare
from apps.singularity.training.services.folders import CORPUS, SPEC, run_folder, runs_folder
from apps.singularity.training.services.process import Event, training_command, training_process
from apps.singularity.training.services.starting import languages_of

SECONDS = 600.0
"""For an answer at a terminal; who asks over the network gives less."""
_ASKED = "asked.json"
_LOCK = ".asking"
_SAID = "done"


class NoModel(TrainingFailed):
    """No T5 in use knows the language."""


class NoAnswer(TrainingFailed):
    """The answer did not come in time."""


def t5_for(*, language: str) -> Model:
    """The T5 that answers for a language: that of the fewest languages.

    Raises:
        NoModel: there is none.
    """
    used = [row.model for row in models_in_use().filter(kind=Kind.T5)]
    fit = [model for model in used if model.scope == ALL or language in languages_of(model.scope)]
    if not fit:
        asked = f"that knows {language}" if language and used else "in use"
        raise NoModel(f"There is no T5 {asked} here: `manage.py train t5` makes one.")
    return min(fit, key=lambda model: len(languages_of(model.scope)) or len(model.scope) * 100)


def t5_ask(
    *,
    model: Model,
    task: Task,
    asked: Mapping[str, Any],
    corpus: Path | None = None,
    seconds: float = SECONDS,
) -> list[Event]:
    """What the model says to a question, as events.

    One question is answered at a time on a host: each loads a model into memory.

    Raises:
        NoAnswer: it took too long.
        TrainingFailed: it cannot be answered.
        ArtifactMissing: the model's bundle is gone.
    """
    until = time.monotonic() + seconds
    bundle = artifact_path(digest=model.artifact)
    with _alone(until), work_folder() as folder:
        (folder / _ASKED).write_text(json.dumps(asked), encoding="utf-8")
        spec = Spec(
            kind="t5",
            corpus=corpus or folder / CORPUS,
            run=folder,
            task=task,
            models={model.version: str(bundle)},
            asked=str(folder / _ASKED),
        )
        spec.write(folder / SPEC)
        return _answers(folder, until)


@contextmanager
def corpus_of(model: Model) -> Iterator[Path]:
    """A corpus with code that the model never saw: its run's, or one made of this instance's code.

    Raises:
        CorpusError: there is too little code.
    """
    own = run_folder(model.run_id) / CORPUS if model.run_id else None
    if own and own.is_dir():
        yield own
        return
    with work_folder() as folder:
        languages = languages_of(model.scope)
        corpus_prepare(kind=model.kind, codebase=None, languages=languages, folder=folder / CORPUS)
        yield folder / CORPUS


@transaction.atomic
def metrics_keep(*, model: Model, metrics: Mapping[str, float]) -> None:
    """Add what was measured of a model to its metrics."""
    row = Model.objects.select_for_update().get(pk=model.pk)
    row.metrics = {**row.metrics, **metrics}
    row.save(update_fields=["metrics"])
    model.metrics = row.metrics


def _answers(folder: Path, until: float) -> list[Event]:
    said: list[Event] = []
    with training_process(training_command(folder / SPEC), folder=folder) as process:
        for event in process.events():
            if time.monotonic() > until:
                raise NoAnswer("The T5 took too long to answer: ask about less code, or later.")
            if event is not None:
                said.append(event)
        if said and said[-1]["event"] == "failed":
            raise TrainingFailed(str(said[-1].get("reason")))
        if not said or said[-1]["event"] != _SAID:
            raise TrainingFailed(f"The process of the T5 {process.how_it_ended()}.")
    return said


@contextmanager
def _alone(until: float) -> Iterator[None]:
    runs_folder().mkdir(parents=True, exist_ok=True)
    with (runs_folder() / _LOCK).open("ab") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    raise NoAnswer("The T5 answers another question: ask later.") from None
                time.sleep(0.2)
        yield
