"""Several vocabularies on the same held-out code."""

from __future__ import annotations

from pathlib import Path

from apps.shared.vocabulary.compression import compression
from apps.shared.vocabulary.tokenizer import tokenizer_read
from apps.singularity.training.engine.corpus import texts_read
from apps.singularity.training.engine.events import TrainingFailed, say
from apps.singularity.training.engine.spec import Spec


def evaluate(spec: Spec) -> None:
    """Say ``compared`` for each of the spec's models; examples are bytes.

    Raises TrainingFailed for a folder without a tokenizer.
    """
    for name, folder in spec.models.items():
        try:
            tokenizer = tokenizer_read(Path(folder))
        except FileNotFoundError as error:
            raise TrainingFailed(f"{name} is no vocabulary: {error}") from None
        found = compression(tokenizer, (one.text for one in texts_read(spec.corpus, "held_out")))
        say("compared", name=name, metrics=found.metrics, examples=found.bytes)
