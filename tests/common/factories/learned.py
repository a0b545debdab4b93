"""Models as rows with bundles: of a handful of numbers, and never trained."""

from __future__ import annotations

import json
import shutil
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from uuid import UUID

from django.conf import settings

from apps.singularity.training.models import Model, TrainingRun
from apps.singularity.training.services.adding import model_add
from tests.common.t5 import vocabulary_make
from tests.common.weights import drawn, file_of

SHAPES = {"shared.weight": (40, 8), "lm_head.weight": (40, 8)}
CONFIG = {
    "model_type": "t5",
    "architectures": ["T5ForConditionalGeneration"],
    "feed_forward_proj": "gated-gelu",
    "d_model": 8,
    "vocab_size": 40,
    "is_encoder_decoder": True,
    "_name_or_path": "/home/someone/secret-project",
    "task_specific_params": {"summarization": {"prefix": "acme: "}},
}
_NUMBERS = count(1)


@cache
def _vocabulary(sample: str) -> Path:
    return vocabulary_make(Path(mkdtemp()) / "vocabulary", 400, sample)


def t5_bundle(
    folder: Path, *, seed: int = 1, vocabulary: Path | None = None, **config: Any
) -> Path:
    """A bundle with numbers drawn from a seed."""
    folder.mkdir(parents=True)
    file_of(folder, "model", drawn(seed, SHAPES))
    (folder / "config.json").write_text(json.dumps(CONFIG | config))
    (folder / "README.md").write_text("Learned from the code base secret-project.\n")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copyfile((vocabulary or _vocabulary("")) / name, folder / name)
    return folder


def trained(tmp_path: Path, **fields: Any) -> Model:
    """A T5 that a run here made; ``fields`` are those of ``model_add``, and of ``t5_bundle``."""
    number = next(_NUMBERS)
    bundle = {name: fields.pop(name) for name in ("seed", "config") if name in fields}
    vocabulary: Model | None = fields.get("tokenizer_model")
    folder = t5_bundle(
        tmp_path / f"bundle-{number}",
        seed=bundle.get("seed", number),
        vocabulary=artifact_of(vocabulary) if vocabulary else None,
        **bundle.get("config", {}),
    )
    round_id: UUID | None = fields.pop("round", None)
    run = TrainingRun.objects.create(instance=settings.INSTANCE_ID, kind="t5", round=round_id)
    said: dict[str, Any] = {
        "origin": "local",
        "kind": "t5",
        "scope": "all",
        "run": run,
        "metrics": {"bits_per_byte": 2.5},
        "examples": 800,
        "base_digest": "" if fields.get("base") else "scratch-0",
    }
    return model_add(folder=folder, **said | fields)


def vocabulary(*, origin: str = "aggregate", sample: str = "") -> Model:
    """A vocabulary of the fleet, unless ``origin`` says otherwise."""
    run = None
    if origin == "local":
        run = TrainingRun.objects.create(instance=settings.INSTANCE_ID, kind="vocabulary")
    return model_add(
        folder=_vocabulary(sample),
        origin=origin,
        kind="vocabulary",
        scope="all",
        version="centralcloud_vocabulary-all_v1.2" if run is None else "",
        run=run,
        metrics={"bytes_per_token": 3.0},
    )


def aggregate(tmp_path: Path, *, fleets: Model, number: int = 1, seed: int = 99) -> Model:
    """An aggregate of the family of ``trained`` on the fleet's vocabulary."""
    folder = t5_bundle(
        tmp_path / f"aggregate-{number}-{seed}", seed=seed, vocabulary=artifact_of(fleets)
    )
    return model_add(
        folder=folder,
        origin="aggregate",
        kind="t5",
        scope="all",
        version=f"centralcloud_t5-all_v1.{number}",
        tokenizer_model=fleets,
        base_digest="scratch-0",
    )


def artifact_of(model: Model) -> Path:
    """Where a model's bundle lies."""
    from apps.shared.artifacts.services import artifact_path

    return artifact_path(digest=model.artifact)
