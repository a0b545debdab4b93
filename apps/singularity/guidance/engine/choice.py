"""Which of the models that were compared on the same held-out code is used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

FLEET: frozenset[str] = frozenset({"aggregate", "personalised"})
"""Those that an adoption brings."""
_ORDER = ("local", "former", "aggregate", "personalised")
_NAMES = {"none": "the default"}
VOCABULARY_COST = 0.15
"""How many fewer bytes a token of the fleet's vocabulary may hold than one of the own.

Models are averaged only where they share a vocabulary, so a shared one is worth more than its
compression says. Between code bases of one kind it costs nothing, between unlike ones 4 to 13 %
(``benchmarks.vocabulary``); one that costs more was made of other code than this.
"""


class Metric(Protocol):
    """A number that models are judged by."""

    @property
    def name(self) -> str:
        """Its key among a model's metrics."""

    def better(self, one: float, other: float) -> bool:
        """Whether one value is better than another."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which candidate is used, "none" where there is none, and why, in one line."""

    served: str
    reason: str

    @property
    def adopted(self) -> bool:
        """Whether it is what the fleet offers."""
        return self.served in FLEET


def choose(*, metric: Metric, scores: Mapping[str, float], in_use: str) -> Choice:
    """The best candidate; what is in use stays unless another beats it.

    Args:
        scores: values of the metric for "local", "former", "aggregate" and "personalised", those
            that there are, all on the same held-out code; for "none" where something answers
            without a model of this instance, as the default encoder does.
        in_use: the candidate that is used now, "none" before the first.

    Raises:
        ValueError: what is in use was not compared.
    """
    if in_use != "none" and in_use not in scores:
        raise ValueError(f"{in_use} is in use and was not compared.")
    best = in_use
    for name in _ORDER:
        if name not in scores:
            continue
        if best not in scores or metric.better(scores[name], scores[best]):
            best = name
    return Choice(best, _why(metric, scores, best, in_use))


def _why(metric: Metric, scores: Mapping[str, float], best: str, in_use: str) -> str:
    named = [(_NAMES.get(name, name), scores[name]) for name in ("none", *_ORDER) if name in scores]
    numbers = f"{metric.name}: " + ", ".join(f"{name} {value:.4g}" for name, value in named)
    if best == in_use:
        return f"nothing beats the one in use, {_NAMES.get(best, best)} ({numbers})"
    if in_use == "none" and "none" not in scores:
        return f"{best} is the best, and none was in use ({numbers})"
    return f"{best} beats {_NAMES.get(in_use, in_use)}, which was in use ({numbers})"


def choose_vocabulary(*, scores: Mapping[str, float], in_use: str) -> Choice:
    """The fleet's, unless it costs more than ``VOCABULARY_COST`` against the best at hand.

    ``scores`` are bytes a token.
    """
    at_hand = [name for name in ("local", "former") if name in scores]
    shared = scores["aggregate"]
    if not at_hand:
        return Choice("aggregate", f"{shared:.3f} bytes a token, and there was none before")
    best = max(at_hand, key=lambda name: scores[name])
    cost = 1 - shared / scores[best]
    said = f"{shared:.3f} bytes a token beside {scores[best]:.3f} of the {best}"
    if cost <= VOCABULARY_COST:
        return Choice("aggregate", f"{said}: close enough for the sake of sharing")
    kept = in_use if in_use != "none" else best
    return Choice(kept, f"{said}: {cost:.1%} fewer, more than the {VOCABULARY_COST:.0%} allowed")
