"""Five tiny T5 models that train on texts of their own, from the same beginning."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

import numpy as np

from tests.common.weights import Arrays

LEARNERS = ("a", "b", "c", "d", "e")
VOCABULARY, LENGTH, BATCH = 96, 24, 4


def trained_t5(base: Arrays | None = None) -> list[dict[str, Any]]:
    """Weights of each learner after a few steps, from seed 0 or from given weights."""
    if base is None:
        return [dict(one) for one in _from_scratch()]
    return [_trained(place, base) for place in range(len(LEARNERS))]


@cache
def _from_scratch() -> tuple[dict[str, Any], ...]:
    return tuple(_trained(place, None) for place in range(len(LEARNERS)))


def _trained(place: int, base: Arrays | None, steps: int = 6) -> dict[str, Any]:
    os.environ["HF_HUB_OFFLINE"] = "1"
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # so small that more threads only wait for each other
    torch.manual_seed(0)
    model = _model()
    if base is not None:
        state = {name: torch.from_numpy(np.array(array)) for name, array in base.items()}
        model.load_state_dict(state, strict=False)
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    random = np.random.default_rng(100 + place + (50 if base is not None else 0))
    model.train()
    for _ in range(steps):
        ids = torch.from_numpy(_texts(random, place))
        optimizer.zero_grad()
        model(input_ids=ids, labels=ids[:, : LENGTH // 2].contiguous()).loss.backward()
        optimizer.step()
    torch.set_num_threads(threads)
    return {name: one.detach().numpy().copy() for name, one in model.named_parameters()}


def _texts(random: np.random.Generator, place: int) -> Any:
    """Runs of numbers: what all learners see, with words that each has more of than others."""
    starts = random.integers(3, VOCABULARY - 30, size=(BATCH, 1))
    steps = 1 + (np.arange(LENGTH) * (1 + place % 2)) % 20
    return (starts + steps).astype(np.int64)


def _model() -> Any:
    from transformers import T5Config, T5ForConditionalGeneration

    config = T5Config(
        vocab_size=VOCABULARY,
        d_model=32,
        d_kv=8,
        d_ff=64,
        num_layers=1,
        num_heads=4,
        dropout_rate=0.0,
    )
    config.decoder_start_token_id = 0
    return T5ForConditionalGeneration(config)
