"""Whether an aggregate is what newcomers begin with: decided by the instances' own measures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

LESS_IS_BETTER = frozenset({"bits_per_byte"})
"""Metrics; of all others more is better."""
METRICS = {"t5": "bits_per_byte", "encoder": "mrr_at_10"}
"""What decides, by kind of model."""


class Outcome(StrEnum):
    """What the judges come to."""

    OPEN = "candidate"
    PROMOTED = "promoted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Judged:
    """An instance's measure of an aggregate, beside what it is compared with.

    Args:
        value: of the aggregate.
        before: of what came before it, on the same held-out code; none where that is unknown.
        examples: how much held-out code it is measured on.
    """

    metric: str
    value: float
    before: float | None
    examples: int

    @property
    def gain(self) -> float | None:
        """How much better it is than what came before; negative where it is worse."""
        return gain_of(self.metric, self.value, self.before)


def gain_of(metric: str, value: float, before: float | None) -> float | None:
    """How much better ``value`` is than ``before``."""
    if before is None:
        return None
    return before - value if metric in LESS_IS_BETTER else value - before


def mean_gain(judges: Sequence[Judged]) -> float:
    """The mean gain of judges that have one, weighted by held-out examples."""
    pairs = [(one.gain, max(one.examples, 1)) for one in judges if one.gain is not None]
    return sum(gain * count for gain, count in pairs) / sum(count for _, count in pairs)


def outcome_of(judges: Sequence[Judged], *, needed: int, first: bool) -> tuple[Outcome, str]:
    """Promoted when it is no worse than what came before, weighted over those that judged.

    A family's first aggregate is compared with local models. It is never rejected: one average
    of models from a random start often loses to them, and the line has to begin somewhere; it
    stays a candidate until it, or one that goes on from it, is better.

    Args:
        needed: judges that it takes.
        first: no aggregate came before it.

    Returns:
        What they come to, and the numbers it stands on.
    """
    counted = [one for one in judges if one.gain is not None]
    if len(counted) < needed:
        return Outcome.OPEN, f"{len(counted)} of {needed} instances judged it"
    gain = mean_gain(counted)
    word = "better" if gain >= 0 else "worse"
    against = "their own models" if first else "its predecessor"
    reason = (
        f"{abs(gain):.4g} {counted[0].metric} {word} than {against} at {len(counted)} instances"
    )
    if gain >= 0:
        return Outcome.PROMOTED, reason
    return (Outcome.OPEN if first else Outcome.REJECTED), reason
