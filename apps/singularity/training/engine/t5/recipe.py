"""The recipe of a run: every number that decides what a T5 becomes, in one place."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from apps.singularity.training.engine.events import TrainingFailed
from apps.singularity.training.engine.optimizers import RATES
from apps.singularity.training.engine.spec import Optimizer, Spec

EMBEDDING_DEVIATION = 0.05
"""Of the embeddings at the start. T5's own 1.0 is for hundreds of millions of parameters."""
WEIGHTS_SEED = 0
"""Of weights from scratch, always: models of one family begin alike, so that they average."""
MASKED = 0.15
SPAN = 3.0
"""Share of tokens and mean tokens of a span: Raffel et al. 2020, sections 3.1.4 and 3.3.4."""
TUNED_RATES = {"muon": 3e-3, "adamw": 3e-4, "adafactor": 1e-3}
"""Peak rates for weights that others trained to the end, which those from scratch would undo."""
CONTINUED = 1 / 3
"""Part of the rates from scratch for a model of ours that is tuned further: after ten rounds, 30
steps gained more on four code bases of four than at the full rate, and after few steps a tenth of
it gains half as much."""
ROUND_FALL, ROUND_FLOOR = 0.84, 0.2
"""What a round's rate is of the one before it, and of the rate from scratch at least: the fleet's
rounds have no last one, and learn from code that changes."""
ADAPTER_RATE = 3
"""LoRA's matrices start at nothing and bear a higher rate (Hu et al. 2021, appendix D)."""


@dataclass(frozen=True, slots=True)
class Size:
    """A model from scratch, T5 v1.1's shape (Shazeer 2020, "GLU variants improve Transformer").

    Args:
        width: of the residual stream.
        heads: of each attention.
        head: width of one.
        feed_forward: width of the gated hidden layer.
        layers: of the encoder, and as many of the decoder.
        length: tokens of a packed sequence.
        batch: sequences of a step.
    """

    width: int
    heads: int
    head: int
    feed_forward: int
    layers: int
    length: int
    batch: int


SIZES = {
    "test": Size(32, 2, 16, 64, 1, 64, 4),
    "tiny": Size(128, 4, 32, 320, 3, 256, 8),
    "small": Size(512, 6, 64, 1024, 8, 512, 64),
    "base": Size(768, 12, 64, 2048, 12, 512, 128),
}
"""``tiny`` has 2.4M parameters with a vocabulary of 8192, ``small`` 60M and ``base`` 222M with
32,000; ``test`` is for tests alone."""
_BASE_LENGTH, _BASE_BATCH = 512, 16
"""For a base of a size that is none of these."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What ``Spec`` leaves open, decided.

    Args:
        size: of a model from scratch; none where a base brings its own.
        length: tokens of a packed sequence as the encoder reads it.
        batch: sequences of a step, over all devices.
        rate: peak learning rate.
        optimizer: one of three.
        seed: of data order and masks.
        instructions: share of the batches that are instruction pairs.
        lora: rank of adapters; 0: all weights.
    """

    size: Size | None
    length: int
    batch: int
    rate: float
    optimizer: Optimizer
    seed: int
    instructions: float
    lora: int


def recipe_of(spec: Spec) -> Recipe:
    """Decide. Raises TrainingFailed for settings that mean nothing."""
    size = None if spec.base else _size(spec.size)
    shape = size or _size_of_base(Path(spec.base))
    if not 0 <= spec.instructions <= 1:
        raise TrainingFailed(f"The share of instructions is {spec.instructions}, not 0 to 1.")
    if spec.steps <= 0 and spec.minutes <= 0:
        raise TrainingFailed("A run needs steps or minutes.")
    return Recipe(
        size=size,
        length=spec.length or (shape.length if shape else _BASE_LENGTH),
        batch=spec.batch or (shape.batch if shape else _BASE_BATCH),
        rate=spec.rate or _rate(spec, ours=shape is not None),
        optimizer=spec.optimizer,
        seed=spec.data_seed,
        instructions=spec.instructions,
        lora=spec.lora,
    )


def _size(name: str) -> Size:
    if name not in SIZES:
        raise TrainingFailed(f"There is no size {name!r}: take one of {', '.join(SIZES)}.")
    return SIZES[name]


def _rate(spec: Spec, *, ours: bool) -> float:
    if not spec.base:
        return RATES[spec.optimizer]
    if ours and spec.round_number:
        return RATES[spec.optimizer] * max(ROUND_FLOOR, ROUND_FALL ** (spec.round_number - 1))
    if ours:
        return RATES[spec.optimizer] * CONTINUED
    return TUNED_RATES[spec.optimizer] * (ADAPTER_RATE if spec.lora else 1)


def _size_of_base(folder: Path) -> Size | None:
    """Which size of ours a base has; none for others' models, and where nothing can be read.

    Whether it is a model at all is said when it is opened.
    """
    try:
        said = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    names = ("d_model", "num_heads", "d_kv", "d_ff", "num_layers")
    shape = tuple(said.get(name) for name in names) if isinstance(said, dict) else ()
    for size in SIZES.values():
        ours = (size.width, size.heads, size.head, size.feed_forward, size.layers)
        if shape == ours and said.get("dropout_rate") == 0:
            return size
    return None
