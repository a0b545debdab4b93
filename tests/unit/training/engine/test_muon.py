"""Muon's direction, and that batching matrices changes nothing."""

import torch
from torch import nn

from apps.singularity.training.engine.muon import Muon, orthogonalised


def test_singular_values_come_near_one() -> None:
    generator = torch.Generator().manual_seed(0)
    for shape in ((3, 24, 40), (2, 40, 24), (1, 16, 16)):
        values = torch.linalg.svdvals(orthogonalised(torch.randn(shape, generator=generator)))
        assert values.max() < 1.3
        assert values.median() > 0.6


def test_matrices_of_one_shape_step_as_each_would_alone() -> None:
    generator = torch.Generator().manual_seed(1)
    starts = [torch.randn(12, 20, generator=generator) for _ in range(3)]
    gradients = [torch.randn(12, 20, generator=generator) for _ in range(3)]
    together, alone = ([nn.Parameter(start.clone()) for start in starts] for _ in range(2))
    for weight, gradient in zip(together, gradients, strict=True):
        weight.grad = gradient.clone()
    for weight, gradient in zip(alone, gradients, strict=True):
        weight.grad = gradient.clone()
        Muon([weight], 0.1).step()
    Muon(together, 0.1).step()
    for one, other in zip(together, alone, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-6)


def test_a_step_goes_against_the_gradient() -> None:
    weight = nn.Parameter(torch.eye(8))
    weight.grad = torch.eye(8) * 1e-6
    Muon([weight], 0.1).step()
    assert (weight.detach().diagonal() < 0.95).all()
