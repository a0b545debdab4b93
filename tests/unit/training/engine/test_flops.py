"""FLOPs by formula are those that torch counts."""

import torch
from torch.utils.flop_counter import FlopCounterMode
from transformers import T5Config, T5ForConditionalGeneration

from apps.singularity.training.engine.t5.size import model_flops


def test_the_formula_counts_what_torch_counts() -> None:
    config = T5Config(  # type: ignore[call-arg]  # what every configuration takes is not declared
        vocab_size=320, d_model=32, d_kv=8, d_ff=64, num_layers=2, num_decoder_layers=3,
        num_heads=4, feed_forward_proj="gated-gelu", decoder_start_token_id=0,
    )  # fmt: skip
    config._attn_implementation = "eager"
    model = T5ForConditionalGeneration(config)
    source, target = torch.ones(1, 48, dtype=torch.long), torch.ones(1, 16, dtype=torch.long)
    with FlopCounterMode(display=False) as counter:
        model(input_ids=source, labels=target, use_cache=False).loss.backward()
    assert model_flops(config, 48, 16) == counter.get_total_flops()
