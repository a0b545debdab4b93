"""The loss: nats of a batch's targets."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn
from torch.nn import functional as fn

from apps.singularity.training.engine.t5.batches import IGNORED, Batch
from apps.singularity.training.engine.t5.vocabulary import Tokens


def nats(model: nn.Module, sources: torch.Tensor, targets: torch.Tensor, pad: int) -> torch.Tensor:
    """Nats of each target token, (rows, target); 0 where there is none.

    Args:
        sources: (rows, source).
        targets: (rows, target), ``IGNORED`` where there is no token.
    """
    seen = None if bool((sources != pad).all()) else sources != pad
    logits = model(input_ids=sources, attention_mask=seen, labels=targets, use_cache=False).logits
    return fn.cross_entropy(
        logits.flatten(0, 1), targets.flatten(), reduction="none", ignore_index=IGNORED
    ).view(targets.shape)


def tensors_of(batch: Batch, device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """Sources and targets where the model is."""
    return _sent(batch.sources, device), _sent(batch.targets, device)


def _sent(tokens: Tokens, device: torch.device) -> torch.Tensor:
    here = torch.from_numpy(np.ascontiguousarray(tokens))
    return here.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else here
