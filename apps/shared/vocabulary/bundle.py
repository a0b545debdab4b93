"""A vocabulary as a model bundle: its tokenizer, and what that was made of."""

from __future__ import annotations

import json
from collections.abc import Sequence
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


def vocabulary_write(
    folder: Path, tokenizer: Tokenizer, *, words: str, languages: Sequence[str]
) -> None:
    """Fill a bundle's folder; ``words`` is the digest of the word table."""
    tokenizer_write(folder, tokenizer, languages=languages)
    about = About(tokenizer.get_vocab_size(), words, tuple(sorted(languages)))
    (folder / ABOUT).write_text(json.dumps(asdict(about), indent=2) + "\n", encoding="utf-8")


def about_read(folder: Path) -> About:
    """What a bundle says of itself. Raises FileNotFoundError where it is no vocabulary."""
    said = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    return About(**said | {"languages": tuple(said["languages"])})
