"""Lines that the T5 in use would not have written."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import structlog
from django.conf import settings

from apps.shared.artifacts.services import ArtifactError
from apps.singularity.training.engine.events import TrainingFailed
from apps.singularity.training.models import Model
from apps.singularity.training.services.asking import (
    SECONDS,
    NoModel,
    corpus_of,
    metrics_keep,
    t5_ask,
    t5_for,
)
from apps.singularity.training.services.corpus import CorpusError
from apps.singularity.training.services.judging import AUC, LENGTH_AUC
from apps.singularity.training.services.process import Event

LIMIT = 20
REMARKED = 3.0
"""Standard deviations above usual from which a review remarks on a line."""
REMARKS = 10
REVIEW_SECONDS = 120.0
log = structlog.get_logger(__name__)


class NotMeasured(TrainingFailed):
    """What is usual for a model is not known yet."""


class Code(Protocol):
    """A text to look at; ``CorpusText`` is one."""

    @property
    def language(self) -> str:
        """As ingestion names it."""

    @property
    def text(self) -> str:
        """The whole file."""


class ChangedCode(Code, Protocol):
    """A file of a change; ``ReviewedFile`` of the patterns is one."""

    @property
    def path(self) -> str:
        """Relative to the root."""

    @property
    def lines(self) -> Any:
        """``holds(line)`` says whether a line is new."""


@dataclass(frozen=True, slots=True)
class Surprise:
    """A line, and by how many standard deviations it is above what is usual for its length.

    Args:
        word: the least expected one in it.
    """

    path: str
    line: int
    score: float
    word: str
    text: str


@dataclass(frozen=True, slots=True)
class Noted:
    """What a reviewer says of a line: a note, never a warning."""

    path: str
    line: int
    message: str


def lines_surprising(
    *,
    texts: Mapping[str, Code],
    limit: int = LIMIT,
    wanted: Callable[[str, int], bool] | None = None,
    measure: bool = True,
    seconds: float = SECONDS,
) -> list[Surprise]:
    """The most unusual lines of texts by path, the most unusual first.

    Texts in languages that no T5 in use knows are left out, unless all are.

    Args:
        wanted: which lines of a path may be among them; all if none.
        measure: whether what is usual for the model is measured where that was never done,
            which takes a minute.

    Raises:
        NoModel: no T5 in use knows any of the languages.
        NotMeasured: what is usual is not known, and is not to be measured.
        TrainingFailed, CorpusError, ArtifactMissing: it cannot be said.
    """
    found: list[Surprise] = []
    for model, some in _by_model(texts).items():
        usual = usual_for(model=model, measure=measure)
        asked = {"files": [_told(code) for code in some.values()], "usual": usual}
        said = t5_ask(model=model, task="surprise", asked=asked, seconds=seconds)
        found += _found(said, some)
    kept = [one for one in found if wanted is None or wanted(one.path, one.line)]
    return sorted(kept, key=lambda one: (-one.score, one.path, one.line))[:limit]


def usual_for(*, model: Model, measure: bool = True) -> Any:
    """What is usual for a model, as its process says and reads it; kept beside the runs.

    What its surprise is worth is measured with it and kept with the model's metrics.

    Raises:
        NotMeasured: it is not known, and is not to be measured.
        TrainingFailed, CorpusError, ArtifactMissing: it cannot be measured.
    """
    file = _usual_file(model)
    if file.is_file() and AUC in model.metrics:
        return json.loads(file.read_text(encoding="utf-8"))
    if not measure:
        raise NotMeasured(
            f"What is usual for {model} was never measured: `manage.py suggest --measure` does it."
        )
    with corpus_of(model) as corpus:
        asked: dict[str, Any] = {"files": [], "usual": None}
        said = t5_ask(model=model, task="surprise", asked=asked, corpus=corpus)
    found = next(event for event in said if event["event"] == "usual")
    _write(file, json.dumps(found["lines"]))
    metrics_keep(model=model, metrics=found["metrics"])
    return found["lines"]


def finds_bugs(*, model: Model) -> bool:
    """Whether its surprise ranks injected bugs higher than the length of a line does."""
    usual_for(model=model)
    return bool(model.metrics[AUC] > model.metrics[LENGTH_AUC])


def review_surprises(files: Iterable[ChangedCode]) -> list[Noted]:
    """Notes on the new lines of a change: what the site's wiring has a review ask.

    There are none without a T5 in use that finds injected bugs; and where it cannot answer, the
    log says why: a review stands on more than this.
    """
    changed = {file.path: file for file in files}
    try:
        worthy = [some for model, some in _by_model(changed).items() if finds_bugs(model=model)]
        found = lines_surprising(
            texts={path: code for some in worthy for path, code in some.items()},
            limit=REMARKS,
            wanted=lambda path, line: bool(changed[path].lines.holds(line)),
            seconds=REVIEW_SECONDS,
        )
    except NoModel:
        return []
    except (TrainingFailed, CorpusError, ArtifactError) as error:
        log.warning("surprise.not_reviewed", reason=str(error))
        return []
    return [_noted(one) for one in found if one.score >= REMARKED]


def _noted(one: Surprise) -> Noted:
    said = f'"{one.word}" is not expected here: {one.score:.1f} deviations above lines like it'
    return Noted(one.path, one.line, said)


def _by_model(texts: Mapping[str, Code]) -> dict[Model, dict[str, Code]]:
    chosen: dict[Model, dict[str, Code]] = defaultdict(dict)
    unknown: list[NoModel] = []
    for path, code in texts.items():
        try:
            chosen[t5_for(language=code.language)][path] = code
        except NoModel as error:
            unknown.append(error)
    if unknown and not chosen:
        raise unknown[0]
    return chosen


def _told(code: Code) -> dict[str, str]:
    return {"language": code.language, "text": code.text}


def _found(said: Iterable[Event], texts: Mapping[str, Code]) -> list[Surprise]:
    paths = list(texts)
    lines = {path: code.text.split("\n") for path, code in texts.items()}
    return [
        Surprise(
            path=(path := paths[event["file"]]),
            line=event["line"],
            score=event["score"],
            word=event["word"],
            text=lines[path][event["line"] - 1].strip(),
        )
        for event in said
        if event["event"] == "surprising"
    ]


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_suffix(".part")
    beside.write_text(text, encoding="utf-8")
    beside.replace(file)


def _usual_file(model: Model) -> Path:
    folder: Path = settings.STATE_DIR / "training" / "usual"
    return folder / f"{model.artifact.removeprefix('sha256:')}.json"
