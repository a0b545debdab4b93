"""What a run starts from: the fleet's model, one of this instance, or a folder."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from apps.shared.artifacts.services import artifact_path
from apps.singularity.ingestion.engine.embedding.loading import DEFAULT_NAME, default_directory
from apps.singularity.training.engine.errors import RunRefused
from apps.singularity.training.models import Model
from apps.singularity.training.models.runs import Kind
from apps.singularity.training.selectors.models import aggregate_of, model_named

AGGREGATE = "aggregate"
SCRATCH = "scratch-0"
"""Weights from scratch are always drawn from seed 0, so that models of one family begin alike."""
_WEIGHTS = "model.safetensors"
_ARCHITECTURES = {
    Kind.T5: {"t5"},
    Kind.ENCODER: {"bert", "roberta", "distilbert", "mpnet", "xlm-roberta", "nomic_bert"},
}


@dataclass(frozen=True, slots=True)
class Base:
    """What a run starts from.

    Args:
        folder: a Hugging Face folder; "" for weights from scratch.
        version: what it is called.
        model: the row, where it is a model of this instance.
    """

    folder: str = ""
    version: str = ""
    model: Model | None = None


def base_find(*, kind: str, scope: str, said: str) -> Base:
    """What ``said`` names.

    Raises:
        RunRefused: there is no such model, or the folder holds none of the kind.
    """
    if kind == Kind.VOCABULARY:
        if said:
            raise RunRefused("A vocabulary starts from no model: leave --base out.")
        return Base()
    if not said and kind == Kind.ENCODER:
        folder = configured_encoder() or default_directory()
        return Base(str(folder), DEFAULT_NAME if folder == default_directory() else folder.name)
    said = said or str(settings.BASE_MODEL or "")
    if not said:
        return Base()
    model = _aggregate(kind, scope) if said == AGGREGATE else model_named(kind=kind, version=said)
    if model:
        return Base(str(artifact_path(digest=model.artifact)), model.version, model)
    folder = _folder(said)
    _check(kind, folder)
    return Base(str(folder), folder.name)


def _folder(said: str) -> Path:
    """The folder that a path names. Raises RunRefused where there is none that can be read."""
    try:
        folder = Path(said).expanduser().absolute()
        there = folder.is_dir()
    except (OSError, RuntimeError) as error:  # a name too long, no such user, not allowed
        raise RunRefused(f"{said} cannot be looked at: {error}.") from None
    if not there:
        raise RunRefused(
            f"{folder} is no folder, and no model here is called so: see `manage.py models`."
        )
    return folder


def configured_encoder() -> Path | None:
    """The folder of the embedding model that EMBEDDER names; none where it is an address."""
    setting = str(settings.EMBEDDER)
    if setting.startswith(("http://", "https://")):
        return None
    return Path(setting) if setting else default_directory()


def weights_digest(folder: Path) -> str:
    """The digest that names the weights a line of models began with."""
    with (folder / _WEIGHTS).open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"


def _aggregate(kind: str, scope: str) -> Model:
    if model := aggregate_of(kind=kind, scope=scope):
        return model
    raise RunRefused(
        f"The fleet has sent no {kind} model for {scope} yet: leave --base out, "
        "or wait until Centralcloud announces one."
    )


def _check(kind: str, folder: Path) -> None:
    missing = [
        name
        for name in ("config.json", _WEIGHTS, "tokenizer.json")
        if not (folder / name).is_file()
    ]
    if missing:
        raise RunRefused(
            f"{folder} is no model: it lacks {', '.join(missing)}. A folder that "
            "save_pretrained() wrote is one; weights in pickle files are not read."
        )
    config = _json(folder / "config.json")
    if str(config.get("model_type")) not in _ARCHITECTURES[Kind(kind)]:
        raise RunRefused(f"{folder} is no {kind}: its model_type is {config.get('model_type')!r}.")
    try:
        _check_tokenizer(folder, config)
    except (TypeError, ValueError, KeyError) as error:
        raise RunRefused(f"{folder} does not say how many tokens there are: {error}.") from None


def _check_tokenizer(folder: Path, config: dict[str, Any]) -> None:
    """A tokenizer with more words than the model has rows is another model's."""
    said = _json(folder / "tokenizer.json")
    model = said.get("model")
    words = model.get("vocab") if isinstance(model, dict) else None
    added = said.get("added_tokens") or []
    count = max([len(words or ()), *(int(token["id"]) + 1 for token in added)])
    rows = int(config.get("vocab_size", 0))
    if count > rows:
        raise RunRefused(
            f"The tokenizer in {folder} is of another model: it has {count:,} tokens, "
            f"the model {rows:,}."
        )


def _json(file: Path) -> dict[str, Any]:
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RunRefused(f"{file} cannot be read: {error}.") from None
    if not isinstance(said, dict):
        raise RunRefused(f"{file} holds no JSON object.")
    return said
