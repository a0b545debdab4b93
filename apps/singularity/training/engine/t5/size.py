"""How large a model is: parameters, and FLOPs of a row."""

from __future__ import annotations

from torch import nn
from transformers import T5Config

from apps.singularity.training.engine.flops import Layers, encoder_decoder_flops


def parameters_of(model: nn.Module) -> int:
    """All of them, shared ones once."""
    return sum(weight.numel() for weight in model.parameters())


def model_flops(config: T5Config, source: int, target: int) -> int:
    """Training on one row of ``source`` and ``target`` tokens, all weights trained.

    With adapters the frozen matrices need no gradient of their own, so this counts too much.
    """
    return encoder_decoder_flops(
        encoder=_layers(config, config.num_layers),
        decoder=_layers(config, config.num_decoder_layers or config.num_layers),
        vocabulary=config.vocab_size,
        source=source,
        target=target,
    )


def _layers(config: T5Config, count: int) -> Layers:
    inner = config.num_heads * config.d_kv
    matrices = 3 if config.feed_forward_proj.startswith("gated-") else 2
    return Layers(count, config.d_model, inner, config.d_ff, matrices)
