"""The bundle's folder: transformers, sentence-transformers and the search all load it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from apps.singularity.training.engine.bundle import tokenizer_copy
from apps.singularity.training.engine.encoder.network import Network

_MODULES = (("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize"))


def network_save(network: Network, folder: Path) -> None:
    """Write weights in float32, configurations and tokenizer. Raises OSError on a full disk."""
    network.body.save_pretrained(folder)
    tokenizer_copy(network.directory.path, folder)
    _write(folder / "modules.json", _modules())
    _write(folder / "1_Pooling" / "config.json", _pooling(network))
    limits = {"max_seq_length": network.max_tokens, "do_lower_case": False}
    _write(folder / "sentence_bert_config.json", limits)


def _modules() -> list[dict[str, Any]]:
    """In the words that all versions of sentence-transformers read."""
    return [
        {"idx": n, "name": str(n), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for n, (path, kind) in enumerate(_MODULES)
    ]


def _pooling(network: Network) -> dict[str, Any]:
    pooling = network.directory.pooling
    return {
        "word_embedding_dimension": int(network.body.config.hidden_size),
        "pooling_mode_cls_token": pooling == "cls",
        "pooling_mode_mean_tokens": pooling == "mean",
        "pooling_mode_max_tokens": False,
        "pooling_mode_mean_sqrt_len_tokens": False,
    }


def _write(file: Path, value: Any) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
