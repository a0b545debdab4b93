"""Bundles: a Hugging Face folder with a model card, whole or not there.

A card says what a model was made of by digests and counts: no path of a machine, no source text.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from apps.singularity.training.engine.checkpoints import folder_settle
from apps.singularity.training.engine.corpus import Manifest

BUNDLE = "bundle"
TOKENIZER_FILES = (
    *("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"),
    *("vocab.json", "merges.txt", "vocab.txt", "spiece.model", "vocabulary.json"),
)
_MACHINE_NAMES = ("_name_or_path", "name_or_path")
LICENCE = (
    "The terms of the code that it was trained on apply to what the model reproduces of it, and "
    "nobody has cleared them: for use inside the organisation that trained it; not for "
    "redistribution unless its owner says so."
)


@dataclass(frozen=True, slots=True)
class Card:
    """What a model card tells.

    Args:
        version: of the model.
        kind: for people: "T5 ...", "search encoder".
        scope: languages.
        base: version that it began from, "" from scratch.
        data: what it learned from.
        recipe: settings, by name.
        before: metrics at the start.
        metrics: metrics of these weights, on the same held-out code.
        tags: for Hugging Face's header.
    """

    version: str
    kind: str
    scope: str
    base: str
    data: Manifest
    recipe: Mapping[str, object]
    before: Mapping[str, float]
    metrics: Mapping[str, float]
    tags: tuple[str, ...] = ()


def bundle_write(run: Path, save: Callable[[Path], None], card: Card) -> Path:
    """``<run>/bundle``: what ``save`` writes into a folder, and the card.

    Raises OSError or SafetensorError where the disk is full; then there is no bundle.
    """
    beside, place = run / f".{BUNDLE}", run / BUNDLE
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    try:
        save(beside)
        _without_paths(beside)
        (beside / "README.md").write_text(card_text(card), encoding="utf-8")
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    folder_settle(beside, place)
    return place


def tokenizer_copy(source: Path, folder: Path) -> None:
    """Copy a vocabulary byte for byte: its digest is part of the model's family."""
    for name in TOKENIZER_FILES:
        if (source / name).exists():
            shutil.copyfile(source / name, folder / name)


def card_text(card: Card) -> str:
    """The model card as Markdown."""
    return "\n".join(
        [
            *("---", "library_name: transformers", "license: other", "tags:"),
            *(f"- {tag}" for tag in ("code", *card.tags)),
            *("---", f"# {card.version or card.kind}", ""),
            f"A {card.kind} for {card.scope}, trained on one instance's own code.",
            *("", "## Lineage", f"- base: {card.base or 'none: weights from scratch, seed 0'}"),
            *("", "## Data", *_data_lines(card.data)),
            *("", "## Metrics on held-out code", *_metric_lines(card)),
            *("", "## Recipe", *(f"- {name}: {value}" for name, value in card.recipe.items())),
            *("", "## Licence", LICENCE, ""),
        ]
    )


def _data_lines(data: Manifest) -> list[str]:
    languages = ", ".join(f"{name} ({count} files)" for name, count in data.languages.items())
    return [
        f"- corpus: `{data.digest}`",
        f"- languages: {languages}",
        *(
            f"- {part}: {count} files, {data.bytes[part]} bytes"
            for part, count in data.files.items()
        ),
    ]


def _metric_lines(card: Card) -> list[str]:
    return [
        *("| metric | before | after |", "|---|---|---|"),
        *(
            f"| {name} | {_shown(card.before, name)} | {value:.4f} |"
            for name, value in sorted(card.metrics.items())
        ),
    ]


def _shown(metrics: Mapping[str, float], name: str) -> str:
    return f"{metrics[name]:.4f}" if name in metrics else "-"


def _without_paths(folder: Path) -> None:
    """Configurations remember the folder that they were loaded from."""
    for file in folder.glob("*config.json"):
        said = json.loads(file.read_text(encoding="utf-8"))
        if any(said.pop(name, None) is not None for name in _MACHINE_NAMES):
            file.write_text(json.dumps(said, indent=2) + "\n", encoding="utf-8")
