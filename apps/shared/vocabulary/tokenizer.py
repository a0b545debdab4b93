"""The tokenizer that models are built on, as a Hugging Face folder.

Ids: ``<pad>`` 0, ``</s>`` 1, ``<unk>`` 2, the pieces, a tag for each language, and T5's hundred
sentinels at the end, the first of them last. Pieces are over bytes (``words.visible``), so that
every text comes back as it was and nothing is ever unknown.

Special tokens that stand in a text are text: ``split_special_tokens`` is set. A model puts in its
sentinels by their ids. No ``</s>`` is added.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, pre_tokenizers
from tokenizers.models import Unigram

from apps.shared.vocabulary.unigram import Pieces, pieces_train
from apps.shared.vocabulary.words import PATTERN, VISIBLE

PAD, EOS, UNKNOWN = "<pad>", "</s>", "<unk>"
SENTINELS = tuple(f"<extra_id_{number}>" for number in range(100))
TOKENIZER = "tokenizer.json"


def language_tag(language: str) -> str:
    """The token that stands for a language."""
    return f"<lang:{language}>"


def smallest(languages: Sequence[str]) -> int:
    """The least size of a tokenizer: each byte and each special token."""
    return len(VISIBLE) + 3 + len(languages) + len(SENTINELS)


def tokenizer_train(table: Mapping[str, int], *, size: int, languages: Sequence[str]) -> Tokenizer:
    """Train a tokenizer of ``size`` ids in all; fewer where the table holds no more.

    Equal tables, sizes and languages give equal tokenizers. Raises ValueError below ``smallest``.
    """
    if size < smallest(languages):
        raise ValueError(f"a vocabulary needs at least {smallest(languages)} tokens, not {size}")
    others = smallest(languages) - len(VISIBLE)
    return tokenizer_of(pieces_train(table, size - others), languages=languages)


def tokenizer_of(pieces: Pieces, *, languages: Sequence[str]) -> Tokenizer:
    """The tokenizer of trained pieces."""
    first = [(PAD, 0.0), (EOS, 0.0), (UNKNOWN, 0.0)]
    tokenizer = Tokenizer(Unigram([*first, *pieces], unk_id=2, byte_fallback=False))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(PATTERN), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    special = [PAD, EOS, UNKNOWN, *map(language_tag, sorted(languages)), *reversed(SENTINELS)]
    tokenizer.add_special_tokens([AddedToken(one, special=True) for one in special])
    tokenizer.encode_special_tokens = True
    return tokenizer


def tokenizer_write(folder: Path, tokenizer: Tokenizer, *, languages: Sequence[str]) -> None:
    """Write what ``PreTrainedTokenizerFast.from_pretrained`` reads."""
    (folder / TOKENIZER).write_text(tokenizer.to_str(), encoding="utf-8")
    said = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "pad_token": PAD,
        "eos_token": EOS,
        "unk_token": UNKNOWN,
        "additional_special_tokens": [*SENTINELS, *map(language_tag, sorted(languages))],
        "clean_up_tokenization_spaces": False,
        "split_special_tokens": True,
        "model_max_length": 1_000_000,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(said, indent=2) + "\n", "utf-8")


def tokenizer_read(folder: Path) -> Tokenizer:
    """The tokenizer of a folder. Raises FileNotFoundError where there is none."""
    file = folder / TOKENIZER
    if not file.is_file():
        raise FileNotFoundError(f"{folder} has no {TOKENIZER}")
    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.encode_special_tokens = True
    return tokenizer
