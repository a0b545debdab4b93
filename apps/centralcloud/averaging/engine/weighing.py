"""How much each submission counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MAX_STALENESS = 3
"""Rounds that a submission may be late; what is older says too little of the model as it is."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a submission was trained on, and how many rounds late it came."""

    examples: int
    staleness: int = 0


def shares_of(submissions: Sequence[Weighed]) -> list[float]:
    """Shares by examples, less for late ones; they add up to 1.

    A submission s rounds late counts by 1 / sqrt(1 + s): polynomial staleness with exponent 1/2
    (Xie et al. 2019, section 5.2). One that tells no examples counts as one example.
    """
    weights = [max(one.examples, 1) / (1 + one.staleness) ** 0.5 for one in submissions]
    total = sum(weights)
    return [weight / total for weight in weights]


def shares_bounded(shares: Sequence[float]) -> list[float]:
    """The shares with none above one half, where there are two or more; they still add up to 1.

    Examples are what each says of itself: nobody may count for more than all others together.
    """
    first = max(range(len(shares)), key=shares.__getitem__)
    rest = sum(share for place, share in enumerate(shares) if place != first)
    if not 0 < rest < shares[first]:
        return list(shares)
    return [0.5 if place == first else share / rest / 2 for place, share in enumerate(shares)]


def clip_factors(norms: Sequence[float], limit: float) -> list[float]:
    """What brings each norm down to ``limit`` at most: min(1, limit / norm).

    Norm clipping holds what one submission can do to the sum (Sun et al. 2019, section 3).
    """
    return [min(1.0, limit / norm) if norm else 1.0 for norm in norms]
