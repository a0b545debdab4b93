"""Numbers that are none, and where they came from."""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch

_LARGE = 1e4
"""Weights of a healthy model stay far below."""


def non_finite(number: float) -> bool:
    """Whether it is infinite or not a number."""
    return not math.isfinite(number)


def cause_of(weights: Mapping[str, torch.Tensor], *, loss: float, rate: float, step: int) -> str:
    """Why a loss or a gradient is no number after ``step`` steps, and what to do, as one line.

    Token numbers cannot carry one in: either the weights are broken, or they have grown until a
    product overflows, or one batch overflows with sound weights.
    """
    largest, name = max((_largest(weight), name) for name, weight in weights.items())
    what = f"the loss is {loss:g}" if non_finite(loss) else "the gradient is not finite"
    if non_finite(largest):
        what_to_do = f"take a rate below {rate:g}" if step else "the base is broken"
        return f"{what} because {name} holds numbers that are none: {what_to_do}."
    if largest > _LARGE:
        return f"{what} because weights grew to {largest:.1e} ({name}): take a rate below {rate:g}."
    return (
        f"{what} though all weights are sound (at most {largest:.1f}): this batch overflows; "
        f"take a rate below {rate:g} or another seed."
    )


def _largest(weight: torch.Tensor) -> float:
    """The largest magnitude; infinity where a number is none."""
    largest = float(weight.detach().abs().max())
    return math.inf if math.isnan(largest) else largest
