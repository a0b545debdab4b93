"""The optimizers a run can take, behind one small face: step, state, load.

Default peak rates are those measured on T5 from scratch at a few million parameters (goals.md);
``FINE_TUNING`` is the part of them that weights already trained can bear.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import nn

from apps.singularity.training.engine.muon import Muon

RATES = {"muon": 3e-2, "adamw": 5e-3, "adafactor": 3e-2}
_BESIDE_MUON = 1 / 6
"""AdamW's rate for what is no matrix, as a part of Muon's: 5e-3 beside 3e-2."""
_BETAS = (0.9, 0.98)


class Optimizer:
    """Optimizers over disjoint weights that step as one.

    Args:
        parts: torch optimizers; each group's ``lr`` is its peak rate.
    """

    def __init__(self, parts: Sequence[torch.optim.Optimizer]) -> None:
        self._parts = list(parts)
        self._peaks = [[group["lr"] for group in part.param_groups] for part in self._parts]

    def step(self, factor: float) -> None:
        """Step with ``factor`` times the peak rates, from the gradients in ``.grad``."""
        for part, peaks in zip(self._parts, self._peaks, strict=True):
            for group, peak in zip(part.param_groups, peaks, strict=True):
                group["lr"] = peak * factor
            part.step()

    def state(self) -> dict[str, torch.Tensor]:
        """Everything it remembers, by ``<part>.<weight>.<name>``."""
        found = {}
        for place, part in enumerate(self._parts):
            for weight, remembered in part.state_dict()["state"].items():
                for name, value in remembered.items():
                    found[f"{place}.{weight}.{name}"] = torch.as_tensor(value)
        return found

    def load(self, state: Mapping[str, torch.Tensor]) -> None:
        """Take back what ``state`` gave."""
        for place, part in enumerate(self._parts):
            remembered: dict[int, dict[str, Any]] = {}
            for key, value in state.items():
                at, weight, name = key.split(".", 2)
                if int(at) == place:
                    remembered.setdefault(int(weight), {})[name] = value
            part.load_state_dict(part.state_dict() | {"state": remembered})


def optimizer_for(
    model: nn.Module, *, name: str, rate: float, fused: bool, not_muon: Sequence[str] = ()
) -> Optimizer:
    """The optimizer ``name`` over the weights of ``model`` that are trained.

    Args:
        rate: peak learning rate; of AdamW, a part of it where Muon takes the matrices.
        fused: one kernel for all weights, where the device has it.
        not_muon: parts of names of matrices that are tables (embeddings), left to AdamW.
    """
    weights = {key: weight for key, weight in model.named_parameters() if weight.requires_grad}
    if name == "adafactor":
        return Optimizer([torch.optim.Adafactor(weights.values(), lr=rate)])
    if name == "adamw":
        return Optimizer([_adamw(list(weights.values()), rate, fused=fused)])
    matrices = [
        weight
        for key, weight in weights.items()
        if weight.ndim == 2 and not any(part in key for part in not_muon)
    ]
    taken = {id(weight) for weight in matrices}
    others = [weight for weight in weights.values() if id(weight) not in taken]
    parts: list[torch.optim.Optimizer] = [Muon(matrices, rate)] if matrices else []
    return Optimizer(parts + ([_adamw(others, rate * _BESIDE_MUON, fused=fused)] if others else []))


def _adamw(weights: list[nn.Parameter], rate: float, *, fused: bool) -> torch.optim.Optimizer:
    return torch.optim.AdamW(weights, rate, _BETAS, weight_decay=0.0, fused=fused or None)
