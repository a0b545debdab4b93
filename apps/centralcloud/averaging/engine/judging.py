"""Whether an aggregate is what newcomers begin with: decided by the instances' own measures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate
from math import inf
from statistics import median_low

LESS_IS_BETTER = frozenset({"bits_per_byte"})
"""Metrics; of all others more is better."""
RANGES = {
    "bits_per_byte": (0.0, inf),
    "mrr_at_10": (0.0, 1.0),
    "bytes_per_token": (0.0, inf),
}
"""The metrics that the contract names, and what each can be."""
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


def is_possible(metric: str, values: Sequence[float]) -> bool:
    """Whether a metric is one that is known, and can have these values."""
    low, high = RANGES.get(metric, (1.0, 0.0))
    return all(low <= value <= high for value in values)


def weights_of(examples: Sequence[int]) -> list[int]:
    """How much each instance counts: by its held-out code, at most as much as the median one.

    Examples are what each says of itself; so no one decides where two others agree.
    """
    most = median_low(examples)
    return [max(min(one, most), 1) for one in examples]


def outcome_of(judges: Sequence[Judged], *, needed: int, first: bool) -> tuple[Outcome, str]:
    """Promoted when the weighted median of those that judged is no worse than what came before.

    It stays open as long as both sides weigh the same. The median, since any value can be said:
    of a mean one that lies decides.

    A family's first aggregate is compared with local models. It is never rejected: one average
    of models from a random start often loses to them, and the line has to begin somewhere; it
    stays a candidate until it, or one that goes on from it, is better.

    Args:
        needed: judges that it takes.
        first: no aggregate came before it.

    Returns:
        What they come to, and the numbers it stands on.
    """
    counted = [(one, one.gain) for one in judges if one.gain is not None]
    if len(counted) < needed:
        return Outcome.OPEN, f"{len(counted)} of {needed} instances judged it"
    gains = [gain for _, gain in counted]
    weights = weights_of([one.examples for one, _ in counted])
    worse = sum(weight for gain, weight in zip(gains, weights, strict=True) if gain < 0)
    if 2 * worse == sum(weights):
        return Outcome.OPEN, f"{len(counted)} instances judged it, and as many for it as against"
    gain = _median(gains, weights)
    word = "better" if gain >= 0 else "worse"
    against = "their own models" if first else "its predecessor"
    reason = (
        f"{abs(gain):.4g} {counted[0][0].metric} {word} than {against} "
        f"in the median of {len(counted)} instances"
    )
    if gain >= 0:
        return Outcome.PROMOTED, reason
    return (Outcome.OPEN if first else Outcome.REJECTED), reason


def _median(values: Sequence[float], weights: Sequence[int]) -> float:
    """The smallest value that, with those below it, has more than half of the weight."""
    pairs = sorted(zip(values, weights, strict=True))
    below = accumulate(weight for _, weight in pairs)
    half = sum(weights) / 2
    return next(value for (value, _), sofar in zip(pairs, below, strict=True) if sofar > half)
