"""The vocabulary as T5 uses it: numbers of tokens, sentinels, language tags."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from apps.singularity.training.engine.events import TrainingFailed

SENTINELS = 100
_END = "</s>"
_PAD = "<pad>"
_UNKNOWN = "<unk>"
Tokens = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A tokenizer with what span corruption needs of it.

    Args:
        folder: where its files are.
        tokenizer: reads text as text: what looks like a special token in it is none.
        size: numbers of tokens are below.
        pad: also what a decoder starts with.
        end: of a sequence.
        unknown: -1 where every text can be written.
        sentinels: (100,), in order.
    """

    folder: Path
    tokenizer: Tokenizer
    size: int
    pad: int
    end: int
    unknown: int
    sentinels: Tokens

    def encode(self, texts: Sequence[str]) -> list[Tokens]:
        """Token numbers of each text, nothing added."""
        encoded = self.tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [np.array(one.ids, np.int64) for one in encoded]

    def tag(self, language: str) -> Tokens:
        """The language's tag; empty where the vocabulary has none."""
        number = self.tokenizer.token_to_id(f"<lang:{language}>")
        return np.array([] if number is None else [number], np.int64)


def vocabulary_open(folder: Path) -> Vocabulary:
    """Open a tokenizer's folder. Raises TrainingFailed where there is none of T5's kind."""
    tokenizer = _tokenizer(folder)
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokenizer.encode_special_tokens = True
    sentinels = [tokenizer.token_to_id(f"<extra_id_{place}>") for place in range(SENTINELS)]
    end, pad = tokenizer.token_to_id(_END), tokenizer.token_to_id(_PAD)
    if end is None or pad is None or None in sentinels:
        raise TrainingFailed(
            f"The vocabulary in {folder} is not of T5's family: it needs <pad>, </s> and the "
            f"{SENTINELS} sentinels <extra_id_0> to <extra_id_{SENTINELS - 1}>."
        )
    size = max(tokenizer.get_vocab(with_added_tokens=True).values()) + 1
    unknown = tokenizer.token_to_id(_UNKNOWN)
    return Vocabulary(
        folder=folder,
        tokenizer=tokenizer,
        size=size,
        pad=pad,
        end=end,
        unknown=-1 if unknown is None else unknown,
        sentinels=np.array(sentinels, np.int64),
    )


def _tokenizer(folder: Path) -> Tokenizer:
    """From its one file, or, for older folders, from what transformers makes of theirs."""
    if (folder / "tokenizer.json").is_file():
        try:
            return Tokenizer.from_file(os.fspath(folder / "tokenizer.json"))
        except Exception as error:  # tokenizers raises Exception itself
            raise TrainingFailed(f"tokenizer.json in {folder} is broken: {error}") from error
    if not any(folder.glob("*vocab*")) and not any(folder.glob("*.model")):
        raise TrainingFailed(f"There is no vocabulary in {folder}: tokenizer.json is missing.")
    from transformers import AutoTokenizer

    try:
        loaded = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError) as error:
        raise TrainingFailed(f"The vocabulary in {folder} cannot be read: {error}") from error
    found: Tokenizer = loaded.backend_tokenizer
    return found
