"""What may stand in a gap, offered where the T5 in use is measured to beat copying."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.singularity.training.engine.events import TrainingFailed
from apps.singularity.training.models import Model
from apps.singularity.training.services.asking import (
    SECONDS,
    corpus_of,
    metrics_keep,
    t5_ask,
    t5_for,
)
from apps.singularity.training.services.judging import COPY_EXACT, EXACT

COUNT = 3


class SuggestionsOff(TrainingFailed):
    """The model is not better than copying."""


@dataclass(frozen=True, slots=True)
class Hole:
    """A gap in a text, with all that stands before and behind it."""

    language: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A text for the gap, and the probability that the model gives it."""

    text: str
    probability: float


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Shares of held-out names that a model, and the copy baseline, fill in exactly."""

    model: float
    copy: float

    @property
    def beats_copying(self) -> bool:
        """Whether suggestions are on."""
        return self.model > self.copy

    def __str__(self) -> str:
        return (
            f"fills in {self.model:.1%} of hidden names exactly, "
            f"the name of the file that fits best {self.copy:.1%}"
        )


def suggest(
    *, hole: Hole, count: int = COUNT, anyway: bool = False, seconds: float = SECONDS
) -> list[Suggestion]:
    """What may stand in a gap, the likeliest first.

    Args:
        anyway: also where copying does better.

    Raises:
        NoModel: no T5 in use knows the language.
        SuggestionsOff: copying does better.
        TrainingFailed, CorpusError, ArtifactMissing: it cannot be said.
    """
    model = t5_for(language=hole.language)
    if not anyway and not (measured := accuracy_of(model=model)).beats_copying:
        raise SuggestionsOff(f"Suggestions are off: {model} {measured}. --anyway asks it.")
    gap = {"language": hole.language, "before": hole.before, "after": hole.after}
    asked = {"gaps": [gap], "count": count}
    said = t5_ask(model=model, task="suggest", asked=asked, seconds=seconds)
    fillings = next(event["fillings"] for event in said if event["event"] == "suggested")
    return [Suggestion(text, chance) for text, chance in fillings]


def accuracy_of(*, model: Model) -> Accuracy:
    """How often a model is right on held-out code; measured once and kept in its metrics.

    Raises:
        TrainingFailed, CorpusError, ArtifactMissing: it cannot be measured.
    """
    if EXACT not in model.metrics:
        with corpus_of(model) as corpus:
            asked: Mapping[str, Any] = {"gaps": [], "measure": True}
            said = t5_ask(model=model, task="suggest", asked=asked, corpus=corpus)
        metrics = next(event["metrics"] for event in said if event["event"] == "measured")
        metrics_keep(model=model, metrics=metrics)
    return Accuracy(model.metrics[EXACT], model.metrics[COPY_EXACT])
