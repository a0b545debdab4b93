"""A Hugging Face or sentence-transformers model directory, as far as embedding needs it."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from apps.singularity.ingestion.engine.embedding.protocol import EmbedderError

Pooling = Literal["mean", "cls"]

_NEEDED = ("config.json", "tokenizer.json")
_KNOWN_MODULES = {"Transformer", "Pooling", "Normalize"}
_POOLINGS: dict[object, Pooling] = {
    "mean": "mean",
    "cls": "cls",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_cls_token": "cls",
}


@dataclass(frozen=True, slots=True)
class ModelDirectory:
    """A model that was read: where it lies, how its token states become one vector.

    ``digest`` is the SHA-256 over every file that decides a vector; ``max_tokens`` is the most
    that the model was made for.
    """

    path: Path
    digest: str
    pooling: Pooling
    max_tokens: int


def read_model_directory(path: Path) -> ModelDirectory:
    """Return what ``path`` holds.

    Raises :class:`EmbedderError` when files are missing or a module of it is of a kind that this
    project cannot run.
    """
    weights = sorted(path.glob("*.safetensors"))
    missing = [name for name in _NEEDED if not (path / name).is_file()]
    if missing or not weights:
        raise EmbedderError(
            f"{path} is no model directory: it lacks {', '.join(missing or ['*.safetensors'])}; "
            "set EMBEDDER to a folder saved by save_pretrained()"
        )
    _check_modules(path)
    pooling_file = path / "1_Pooling" / "config.json"
    files = [path / name for name in _NEEDED] + weights
    return ModelDirectory(
        path=path,
        digest=_digest([*files, pooling_file] if pooling_file.is_file() else files),
        pooling=_pooling(pooling_file),
        max_tokens=_max_tokens(path),
    )


def _check_modules(path: Path) -> None:
    """Raise when sentence-transformers' modules.json names a layer beyond pooling."""
    file = path / "modules.json"
    kinds = [str(m["type"]).rsplit(".", 1)[-1] for m in _json(file)] if file.is_file() else []
    if unknown := sorted(set(kinds) - _KNOWN_MODULES):
        raise EmbedderError(f"{path} has layers that cannot be run here: {', '.join(unknown)}")


def _pooling(file: Path) -> Pooling:
    """Return how token states are pooled; mean where nothing is said, as sentence-transformers."""
    if not file.is_file():
        return "mean"
    config = _json(file)
    legacy = [key for key, value in config.items() if key.startswith("pooling_mode_") and value]
    stated = config.get("pooling_mode", legacy[0] if len(legacy) == 1 else legacy)
    if isinstance(stated, list) or stated not in _POOLINGS:
        raise EmbedderError(f"{file}: pooling {stated} cannot be run here; mean and cls can")
    return _POOLINGS[stated]


def _max_tokens(path: Path) -> int:
    """Return the longest input that the model was made for, in tokens."""
    limit = int(_json(path / "config.json").get("max_position_embeddings", 512))
    file = path / "sentence_bert_config.json"
    stated = _json(file).get("max_seq_length") if file.is_file() else None
    return min(limit, int(stated)) if stated else limit


def _json(file: Path) -> Any:
    """Return the JSON value in ``file``."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise EmbedderError(f"{file} cannot be read: {error}") from error


def _digest(files: list[Path]) -> str:
    """Return the SHA-256 over names and contents of ``files``."""
    total = hashlib.sha256()
    for file in files:
        with file.open("rb") as opened:
            content = hashlib.file_digest(opened, "sha256").hexdigest()
        total.update(f"{file.name} {content}\n".encode())
    return total.hexdigest()
