"""The loss is the formula's, and its gradient is the same in parts as at once."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn.functional import normalize

from apps.singularity.training.engine.encoder.loss import (
    SCALE,
    backward_in_parts,
    ranking_loss,
)


def vectors(seed: int, count: int = 10) -> torch.Tensor:
    torch.manual_seed(seed)
    return normalize(torch.randn(count, 6, dtype=torch.float64), dim=1)


def test_the_loss_is_the_mean_negative_log_likelihood_of_the_own_function() -> None:
    sentences, functions = vectors(0), vectors(1)
    scores = SCALE * sentences.numpy() @ functions.numpy().T
    likelihood = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    expected = -np.log(likelihood.diagonal()).mean()
    assert float(ranking_loss(sentences, functions)) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("size", [1, 3, 5])
def test_parts_give_the_gradient_of_the_whole_batch(size: int) -> None:
    sentences, functions = vectors(0), vectors(1)

    def gradient(size: int) -> tuple[float, torch.Tensor]:
        torch.manual_seed(2)
        layer = torch.nn.Linear(6, 6, dtype=torch.float64)

        def encode(start: int) -> torch.Tensor:
            part = slice(start, start + size)
            return normalize(torch.stack([layer(sentences[part]), layer(functions[part])]), dim=2)

        loss = backward_in_parts(encode, range(0, 10, size))
        assert layer.weight.grad is not None
        return loss, layer.weight.grad

    whole_loss, whole = gradient(10)
    loss, in_parts = gradient(size)
    assert loss == pytest.approx(whole_loss, rel=1e-12)
    assert torch.allclose(in_parts, whole, rtol=1e-10)
