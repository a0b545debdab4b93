"""The outer optimizer: the mean difference of a round taken as a gradient."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from apps.centralcloud.averaging.engine.tensors import Block, Tensors

LEARNING_RATE, MOMENTUM = 0.7, 0.9
"""What DiLoCo found best for large models (Douillard et al. 2023, section 3.1)."""


@dataclass(frozen=True, slots=True)
class Nesterov:
    """Stochastic gradient descent with Nesterov momentum over rounds (Douillard et al. 2023).

    With the mean difference d as the negative gradient: ``v = m v + d``, and the step is
    ``r (d + m v)``. A rate of 1 without momentum is federated averaging.

    Args:
        before: the momentum after the round before; none in the first.
        keep: takes the momentum after this round: a tensor's name and its next numbers.
    """

    before: Tensors | None
    keep: Callable[[str, Block], None]
    rate: float = LEARNING_RATE
    momentum: float = MOMENTUM

    def step(self, name: str, start: int, difference: Block) -> None:
        """Turn a run of a tensor's mean difference, from ``start``, into its step, in place."""
        velocity = difference.copy()
        if self.before is not None:
            before = self.before.part(name, start, start + difference.size)
            velocity += np.float32(self.momentum) * before
        self.keep(name, velocity)
        difference += np.float32(self.momentum) * velocity
        difference *= np.float32(self.rate)
