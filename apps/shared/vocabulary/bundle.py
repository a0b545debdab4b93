"""A vocabulary as a model bundle: the tokenizer, what it was made of, and a card for people."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tokenizers import Tokenizer

from apps.shared.vocabulary.tokenizer import tokenizer_write

ABOUT = "vocabulary.json"


@dataclass(frozen=True, slots=True)
class About:
    """Of a vocabulary: its tokens in all, the digest of its word table, its language tags."""

    size: int
    words: str
    languages: tuple[str, ...]
    kind: str = "unigram"


def bundle_write(
    folder: Path, tokenizer: Tokenizer, *, words: str, languages: Sequence[str], card: str
) -> None:
    """Fill a folder with a vocabulary's bundle; ``words`` is the digest of its table."""
    tokenizer_write(folder, tokenizer, languages=languages)
    about = About(tokenizer.get_vocab_size(), words, tuple(sorted(languages)))
    (folder / ABOUT).write_text(json.dumps(asdict(about), indent=2) + "\n", encoding="utf-8")
    (folder / "README.md").write_text(card, encoding="utf-8")


def about_read(folder: Path) -> About:
    """What a bundle says of itself. Raises FileNotFoundError where it is no vocabulary."""
    said = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    return About(**said | {"languages": tuple(said["languages"])})


def card(title: str, text: str, metrics: Mapping[str, float]) -> str:
    """A model card (Mitchell et al. 2019): what it is, and how it did on held-out code."""
    rows = "".join(f"| {name} | {value:g} |\n" for name, value in metrics.items())
    head = "---\nlibrary_name: transformers\ntags: [code, tokenizer, unigram]\n---\n"
    table = f"\n| on held-out code | |\n|---|---|\n{rows}" if rows else ""
    return f"{head}\n# {title}\n\n{text}\n{table}"
