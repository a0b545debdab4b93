"""What a process is asked beside its order: a JSON file below ``run``.

    surprise   {"files": [{"language": "python", "text": "..."}, ...], "usual": {...} or null}
    suggest    {"gaps": [{"language", "before", "after"}, ...], "count": 3, "measure": false}

Without ``usual`` the corpus's held-out code says what is usual; with ``measure`` it says how often
a suggestion is right.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apps.singularity.training.engine.devices import Device, device_pick
from apps.singularity.training.engine.events import TrainingFailed
from apps.singularity.training.engine.spec import Spec
from apps.singularity.training.engine.t5.model import base_check, model_open
from apps.singularity.training.engine.t5.vocabulary import Vocabulary, vocabulary_open


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model that answers, its vocabulary, and what it computes on."""

    model: Any
    vocabulary: Vocabulary
    device: Device


def asked_read(spec: Spec) -> dict[str, Any]:
    """The file's object. Raises TrainingFailed where it is none."""
    try:
        said = json.loads(Path(spec.asked).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TrainingFailed(f"What is asked cannot be read: {error}") from error
    if not isinstance(said, dict):
        raise TrainingFailed("What is asked is no JSON object.")
    return said


def model_asked(spec: Spec) -> Loaded:
    """The one model of ``spec.models``, where it computes. Raises TrainingFailed."""
    device = device_pick(spec)
    if len(spec.models) != 1:
        raise TrainingFailed("One model is asked, no more and no fewer.")
    folder = Path(next(iter(spec.models.values())))
    model, vocabulary = model_open(folder), vocabulary_open(folder)
    base_check(folder, model, vocabulary, "")
    model.to(device.torch)  # type: ignore[arg-type]  # its decorator hides the signature
    model.train(mode=False)
    return Loaded(model, vocabulary, device)
