"""Models judged side by side on this instance's held-out code, by a process of their own."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from apps.singularity.training.engine.events import TrainingFailed
from apps.singularity.training.engine.spec import Kind as SpecKind
from apps.singularity.training.engine.spec import Spec
from apps.singularity.training.services.corpus import corpus_prepare
from apps.singularity.training.services.folders import CORPUS, SPEC, runs_folder
from apps.singularity.training.services.process import (
    Event,
    TrainingProcess,
    training_command,
    training_process,
)
from apps.singularity.training.services.record import metrics_read
from apps.singularity.training.services.starting import languages_of

Report = Callable[[], Any]


def silent() -> None:
    """Report nothing."""


@dataclass(frozen=True, slots=True)
class Judged:
    """How a model did: its metrics, on so many examples (bytes, or questions)."""

    metrics: dict[str, float]
    examples: int


def models_compare(
    *,
    kind: str,
    scope: str,
    folders: Mapping[str, Path],
    corpus: Path | None = None,
    report: Report = silent,
) -> dict[str, Judged]:
    """Judge bundles on the held-out code of all code bases in this scope's languages.

    Args:
        folders: names and bundle folders.
        corpus: a corpus folder that is there already.
        report: called every second; what it raises ends the judging.

    Raises:
        TrainingFailed: a bundle cannot be judged.
        CorpusError: there is too little code.
    """
    with work_folder() as folder:
        if corpus is None:
            corpus = folder / CORPUS
            corpus_prepare(kind=kind, codebase=None, languages=languages_of(scope), folder=corpus)
        spec = Spec(
            kind=cast("SpecKind", kind),
            corpus=corpus,
            run=folder,
            task="evaluate",
            scope=scope,
            models={name: str(path) for name, path in folders.items()},
        )
        spec.write(folder / SPEC)
        judged = _judge(folder, report)
    if missing := [name for name in folders if name not in judged]:
        raise TrainingFailed(f"No judgement came of {', '.join(missing)}.")
    return judged


@contextmanager
def work_folder() -> Iterator[Path]:
    """A folder beside those of runs that goes with the block."""
    runs_folder().mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="compare-", dir=runs_folder()))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _judge(folder: Path, report: Report) -> dict[str, Judged]:
    judged: dict[str, Judged] = {}
    with training_process(training_command(folder / SPEC), folder=folder) as process:
        for event in _heard(process, report):
            if event["event"] == "failed":
                raise TrainingFailed(str(event.get("reason")))
            if event["event"] == "compared":
                examples = int(event.get("examples") or 0)
                judged[str(event["name"])] = Judged(metrics_read(event.get("metrics")), examples)
        if not judged:
            raise TrainingFailed(f"The judging process {process.how_it_ended()}.")
    return judged


def _heard(process: TrainingProcess, report: Report) -> Iterator[Event]:
    for event in process.events():
        report()
        if event is not None:
            yield event
