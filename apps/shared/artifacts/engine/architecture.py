"""What makes weights comparable: digests of a model's architecture and of its tokenizer."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from apps.shared.artifacts.engine.errors import ArtifactError, unreadable
from apps.shared.artifacts.engine.manifest import LARGEST_TEXT
from apps.shared.artifacts.engine.mapped import weights_open

WEIGHTS = "model.safetensors"
NOISE = frozenset(
    {
        *("transformers_version", "torch_dtype", "dtype", "name_or_path", "use_cache"),
        *("output_attentions", "output_hidden_states", "output_past", "return_dict"),
        *("id2label", "label2id", "problem_type", "finetuning_task", "task_specific_params"),
        *("gradient_checkpointing", "n_positions", "generation_config"),
    }
)
"""What a configuration says of versions, paths, outputs and tasks, not of the computation."""
TRAINING_ONLY = "dropout"
RUNTIME = ("truncation", "padding")
"""What tokenizer.json keeps of its last use."""


def architecture_of(folder: Path) -> str:
    """Digest of all tensors' names, shapes and dtypes, and of how they are computed with.

    The latter is ``config.json`` without what changes nothing, and for a sentence encoder how
    its token vectors are pooled. Returns ``sha256:...``; raises ArtifactError.
    """
    with weights_open(folder / WEIGHTS) as weights:
        tensors = {n: [weights.dtype(n), *weights.shape(n)] for n in sorted(weights.names())}
    config = {
        key: value
        for key, value in json_read(folder / "config.json").items()
        if key not in NOISE and not key.startswith("_") and TRAINING_ONLY not in key
    }
    return digest_of({"tensors": tensors, "config": config, "pooling": _pooling(folder)})


def tokenizer_digest(folder: Path) -> str:
    """Digest of ``tokenizer.json`` without what it keeps of its last use.

    Returns ``sha256:...``; raises ArtifactError.
    """
    said = json_read(folder / "tokenizer.json")
    return digest_of({key: value for key, value in said.items() if key not in RUNTIME})


def digest_of(said: Any) -> str:
    """``sha256:...`` of a value's canonical JSON."""
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def json_read(file: Path) -> dict[str, Any]:
    """A JSON object of a bundle. Raises ArtifactError."""
    try:
        if file.stat().st_size > LARGEST_TEXT:
            raise ArtifactError(f"{file.name} is too large to be read: {LARGEST_TEXT:,} may be.")
        said = json.loads(file.read_bytes())
    except OSError as error:
        raise unreadable(file, error) from None
    except (ValueError, RecursionError):
        raise ArtifactError(f"{file} is no JSON: make the bundle anew.") from None
    if not isinstance(said, dict):
        raise ArtifactError(f"{file} is no JSON object: make the bundle anew.")
    return said


def _pooling(folder: Path) -> Any:
    """The pooling that a sentence encoder's folder says; None for other models."""
    files = sorted(folder.glob("*_Pooling/config.json"))
    return [
        {key: value for key, value in json_read(file).items() if key.startswith("pooling_mode")}
        for file in files
    ] or None
