"""The loss: nats of a batch's targets."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional as fn

from apps.singularity.training.engine.t5.batches import IGNORED, Batch
from apps.singularity.training.engine.t5.vocabulary import Tokens


def nats(
    model: nn.Module, sources: torch.Tensor, seen: torch.Tensor | None, targets: torch.Tensor
) -> torch.Tensor:
    """Nats of each target token, (rows, target); 0 where there is none.

    Args:
        model: a T5.
        sources: (rows, source).
        seen: (rows, source), which of them are tokens; none where all are.
        targets: (rows, target), ``IGNORED`` where there is no token.
    """
    logits = model(input_ids=sources, attention_mask=seen, labels=targets, use_cache=False).logits
    return fn.cross_entropy(
        logits.flatten(0, 1), targets.flatten(), reduction="none", ignore_index=IGNORED
    ).view(targets.shape)


def tensors_of(
    batch: Batch, pad: int, device: torch.device
) -> tuple[torch.Tensor, torch.Tensor | None, torch.Tensor]:
    """What ``nats`` takes, where the model is."""
    seen = batch.sources != pad
    return (
        _sent(batch.sources, device),
        None if seen.all() else _sent(seen, device),
        _sent(batch.targets, device),
    )


def _sent(tokens: Tokens | NDArray[np.bool_], device: torch.device) -> torch.Tensor:
    here = torch.from_numpy(np.ascontiguousarray(tokens))
    return here.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else here
