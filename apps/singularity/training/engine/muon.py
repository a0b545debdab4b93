"""Muon: momentum whose singular values are all made one.

Jordan et al. 2024, "Muon: An optimizer for hidden layers in neural networks": Nesterov momentum
of 0.95, orthogonalised by five quintic Newton-Schulz steps, scaled by the root of rows over
columns. torch has one since 2.9, in bf16 and matrix by matrix; this one is in fp32, which CPUs
multiply, and takes all matrices of one shape in one batched product.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import nn

_COEFFICIENTS = (3.4445, -4.7750, 2.0315)
_STEPS = 5
_EPSILON = 1e-7


def orthogonalised(matrices: torch.Tensor) -> torch.Tensor:
    """The nearest semi-orthogonal matrices, roughly: singular values in about 0.7 to 1.2.

    Args:
        matrices: (count, rows, columns), finite.
    """
    one, three, five = _COEFFICIENTS
    at: torch.Tensor
    tall = matrices.shape[1] > matrices.shape[2]
    at = matrices.mT if tall else matrices
    at = at / (torch.linalg.matrix_norm(at, keepdim=True) + _EPSILON)
    for _ in range(_STEPS):
        square = at @ at.transpose(1, 2)
        at = one * at + torch.baddbmm(three * square, square, square, alpha=five) @ at
    return at.mT if tall else at


class Muon(torch.optim.Optimizer):
    """For matrices alone; all else is another optimizer's.

    Args:
        matrices: weights of two dimensions.
        rate: learning rate.
        momentum: share of the past in the running mean of gradients.
    """

    def __init__(
        self, matrices: Iterable[nn.Parameter], rate: float, momentum: float = 0.95
    ) -> None:
        super().__init__(matrices, {"lr": rate, "momentum": momentum})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]  # none is ever given
        """One step for every matrix that has a gradient."""
        for group in self.param_groups:
            for shape, weights in self._by_shape(group).items():
                directions = torch.stack([self._direction(w, group["momentum"]) for w in weights])
                scale = max(1.0, shape[0] / shape[1]) ** 0.5
                for weight, update in zip(weights, orthogonalised(directions), strict=True):
                    weight.add_(update, alpha=-group["lr"] * scale)

    def _by_shape(self, group: dict[str, Any]) -> dict[torch.Size, list[nn.Parameter]]:
        found: dict[torch.Size, list[nn.Parameter]] = defaultdict(list)
        for weight in group["params"]:
            if weight.grad is not None:
                found[weight.shape].append(weight)
        return found

    def _direction(self, weight: nn.Parameter, momentum: float) -> torch.Tensor:
        """Nesterov's: the gradient, pulled towards the running mean that it was just added to."""
        gradient = weight.grad
        if gradient is None:
            raise ValueError("a weight without a gradient has no direction")
        state = self.state[weight]
        if "mean" not in state:
            state["mean"] = torch.zeros_like(weight)
        state["mean"].lerp_(gradient, 1 - momentum)
        return gradient.lerp(state["mean"], momentum)
