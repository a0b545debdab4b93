"""Code to learn from, and bundles that look like trained models."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from django.conf import settings

from apps.singularity.ingestion.services import codebase_ingest, codebase_open
from tests.common.trees import write_tree

VERBS = ("read", "write", "merge", "split", "count", "close", "parse", "load", "send", "sort")
NOUNS = ("cart", "order", "price", "label", "user", "folder", "page", "token", "batch", "job")


def module(number: int) -> str:
    """A module with two documented functions, unlike those of other numbers."""
    random = Random(number)
    return "\n\n".join(_function(f"{number}_{n}", random) for n in range(2)) + "\n"


def _function(name: str, random: Random) -> str:
    verb, noun, other = random.choice(VERBS), random.choice(NOUNS), random.choice(NOUNS)
    words = " ".join(random.choice(NOUNS) for _ in range(4))
    body = "".join(_line(n, noun, random) for n in range(random.randint(4, 9)))
    said = f'    """{verb.capitalize()} a {noun} by its {other}, {words}."""\n'
    return f"def {verb}_{noun}_{name}({noun}, {other}):\n{said}{body}    return {noun}"


def _line(number: int, noun: str, random: Random) -> str:
    called, amount = random.choice(VERBS), random.randint(2, 99)
    return f"    {random.choice(NOUNS)}_{number} = {called}({noun}, {amount})\n"


def code_base(folder: Path, *, files: int = 60, name: str = "shop") -> Any:
    """A code base of so many Python modules that was read."""
    root = write_tree(folder / name, {f"src/m{n}.py": module(n) for n in range(files)})
    codebase = codebase_open(instance=settings.INSTANCE_ID, path=root)
    codebase_ingest(codebase=codebase, workers=0)
    return codebase


def bundle(folder: Path, *, width: int = 4, words: int = 3, fill: float = 0.0) -> Path:
    """A folder with the files of a T5's bundle; ``width`` makes another architecture."""
    from safetensors.numpy import save_file

    folder.mkdir(parents=True)
    save_file({"weight": np.full((2, width), fill, np.float32)}, folder / "model.safetensors")
    vocabulary(folder, words=words)
    config = {"model_type": "t5", "d_model": width, "vocab_size": words}
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def vocabulary(folder: Path, *, words: int = 3) -> Path:
    """A folder with a tokenizer of so many words."""
    folder.mkdir(parents=True, exist_ok=True)
    said = {"model": {"type": "Unigram", "vocab": [[f"w{n}", -1.0] for n in range(words)]}}
    (folder / "tokenizer.json").write_text(json.dumps(said))
    (folder / "tokenizer_config.json").write_text("{}")
    return folder
