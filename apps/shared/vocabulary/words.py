r"""The words of code: what is counted, what is shared, and what no piece of a tokenizer spans.

A word is one part of a name (``camelCase``, ``snake_case`` and ``HTTPServer`` have two each), up to
three digits, or a run of other signs, with what code writes around it: the space, the sign or the
new line with its indentation before a part, the blanks behind signs. At 8,000 pieces this takes
Django in 4.9 bytes a token; whole identifiers with a space before them take 3.9, parts 4.1.

Words are plain ranges of ASCII, so that the regular expressions of Python and of ``tokenizers``
cut every text alike; together they cover it.
"""

from __future__ import annotations

import re

_SIGN = r"[!-/:-@\[-\^`{-~\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
_PART = r"(?:[A-Z]+(?![a-z])|[A-Z]?[a-z]+)"
PATTERN = "|".join(
    [
        rf"(?: |{_SIGN}|[\r\n]+[ \t]*)?_*{_PART}",
        r" ?_*[0-9]{1,3}",
        r" ?_+",
        rf" ?{_SIGN}+[ \t\r\n]*",
        r"[\r\n]+[ \t]*",
        r"[ \t]+(?= )",
        r"[ \t]+",
        r" ?[^\x00-\x7f]+",
    ]
)
MAX_WORD = 64
"""Bytes; longer words are data, and no table counts them."""

_WORD = re.compile(PATTERN)
_BARE = re.compile(r"[A-Za-z]+|[^\x00-\x7f]+")
_PLAIN = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]


def _visible_bytes() -> list[str]:
    """A character for each byte, as in GPT-2's byte-level BPE (Radford et al. 2019)."""
    others = [byte for byte in range(256) if byte not in _PLAIN]
    return [chr(byte if byte in _PLAIN else 256 + others.index(byte)) for byte in range(256)]


VISIBLE = _visible_bytes()
"""The character that stands for a byte; none of them is white space or a control character."""


def words_of(text: str) -> list[str]:
    """The words of a text; joined, they are it."""
    return _WORD.findall(text)


def visible(word: str) -> str:
    """A word in characters that stand for its bytes: a space is ``Ġ``, a new line ``Ċ``."""
    return "".join(map(VISIBLE.__getitem__, word.encode()))


def bare(word: str) -> str:
    """The part of a name in a word, without what stands around it; the word where there is none."""
    found = _BARE.search(word)
    return found[0] if found else word
