"""The recipe of a run: every number that decides what an encoder becomes, in one place."""

from __future__ import annotations

from dataclasses import dataclass

from apps.singularity.training.engine.events import TrainingFailed
from apps.singularity.training.engine.spec import Spec

BATCH = 32
RATE = 1e-4
STEPS = 48
"""Where neither steps nor minutes are said."""
OPTIMIZER = "adamw"
"""Whatever the spec says: Muon's steps are too long for weights that need a nudge."""
FEWEST_TRAIN, FEWEST_HELD_OUT = 32, 10


@dataclass(frozen=True, slots=True)
class Recipe:
    """What ``Spec`` leaves open, decided.

    Args:
        batch: pairs of a step, over all devices; each is told apart from the others.
        rate: peak learning rate.
        length: tokens of a text that are read; 0: as many as the search reads.
        seed: of the batches and of dropout.
    """

    batch: int
    rate: float
    length: int
    seed: int


def recipe_of(spec: Spec) -> Recipe:
    """Decide. Raises TrainingFailed for settings that mean nothing."""
    if spec.batch == 1:
        raise TrainingFailed(
            "A batch of one pair has nothing to tell it apart from: take 2 or more."
        )
    if spec.lora:
        raise TrainingFailed("The search encoder is tuned whole: leave --lora out.")
    return Recipe(
        batch=spec.batch or BATCH,
        rate=spec.rate or RATE,
        length=spec.length,
        seed=spec.data_seed,
    )


def enough_check(train: int, held_out: int) -> None:
    """Raises TrainingFailed where there are too few pairs."""
    if train < FEWEST_TRAIN or held_out < FEWEST_HELD_OUT:
        raise TrainingFailed(
            f"Too few documented functions: {train} to learn from and {held_out} held out, "
            f"{FEWEST_TRAIN} and {FEWEST_HELD_OUT} are needed; ingest more code."
        )
