"""What a corpus is made of."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Literal

Part = Literal["train", "held_out"]
PARTS: tuple[Part, ...] = ("train", "held_out")


def text_digest(text: str) -> str:
    """The SHA-256 of a file's text, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class CorpusText:
    """The text of one file, without secrets; ``digest`` is its ``text_digest``."""

    digest: str
    language: str
    text: str

    @classmethod
    def of(cls, *, language: str, text: str) -> CorpusText:
        """A text under its digest."""
        return cls(text_digest(text), language, text)


@dataclass(frozen=True, slots=True)
class Pair:
    """A function and the first sentence of the documentation that was cut out of it.

    Args:
        query: the sentence.
        code: the function without its documentation.
        name: its unqualified name.
        digest: of the file's text, which the pair follows to its side.
        language: as the file's.
        symbol_kind: "function" or "method".
    """

    query: str
    code: str
    name: str
    digest: str
    language: str
    symbol_kind: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a corpus holds; all counts are by part, those of ``languages`` over both.

    Args:
        digest: "sha256:" and the digest of all that the corpus says, whatever order it came in.
        files: how many.
        bytes: of their texts, in UTF-8.
        pairs: how many.
        languages: files of each.
        left_out: texts and pairs that are not in it, by reason.
    """

    digest: str
    files: dict[str, int]
    bytes: dict[str, int]
    pairs: dict[str, int]
    languages: dict[str, int]
    left_out: dict[str, int] = field(default_factory=dict)
