"""Which of two models is better: by one number for each kind, on the same held-out code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from apps.singularity.training.models.runs import Kind


@dataclass(frozen=True, slots=True)
class Metric:
    """A number that a model is judged by, and which way it is better."""

    name: str
    more_is_better: bool

    def better(self, one: float, other: float) -> bool:
        """Whether ``one`` beats ``other``."""
        return one > other if self.more_is_better else one < other


METRICS: Mapping[str, Metric] = {
    Kind.T5: Metric("bits_per_byte", more_is_better=False),
    Kind.ENCODER: Metric("mrr_at_10", more_is_better=True),
    Kind.VOCABULARY: Metric("bytes_per_token", more_is_better=True),
}
EXACT, COPY_EXACT = "infill_exact", "infill_copy_exact"
"""Shares of held-out names that a T5, and the copy baseline, fill in exactly."""
AUC, LENGTH_AUC = "surprise_auc", "surprise_length_auc"
"""How injected bugs rank by a T5's surprise, and by the length of their line."""
MEASURED_HERE = frozenset({EXACT, COPY_EXACT, AUC, LENGTH_AUC})
"""They decide whether a T5 answers for this code, which what others measured on theirs cannot."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a model is taken into use, and why, in one line."""

    use: bool
    reason: str


def verdict(
    *, kind: str, new: Mapping[str, float], used: Mapping[str, float], name: str
) -> Verdict:
    """Judge a model beside the one in use, called ``name``; a tie changes nothing."""
    metric = METRICS[kind]
    one, other = new.get(metric.name), used.get(metric.name)
    if one is None or other is None:
        return Verdict(use=False, reason=f"{metric.name} was not measured of both.")
    beats = metric.better(one, other)
    said = f"{metric.name} {one:.4g}, {name} has {other:.4g} on the same held-out code"
    return Verdict(use=beats, reason=f"Better: {said}." if beats else f"Not better: {said}.")
