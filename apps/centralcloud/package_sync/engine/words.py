"""The words that packages are found by: cut the same way in what is kept and in what is asked."""

from __future__ import annotations

import re
from collections.abc import Iterable

_WORD = re.compile(r"[^\W_]+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def words_asked(text: str) -> list[str]:
    """Words of a question: letters and digits, lower-case, in their order."""
    return [word.lower() for word in _WORD.findall(text)]


def words_kept(texts: Iterable[str]) -> str:
    """Words of some texts, with the parts of those in camel case, separated by blanks."""
    words = (word for text in texts for word in _WORD.findall(text))
    return " ".join(part.lower() for word in words for part in _with_parts(word))


def words_of_name(*names: str) -> str:
    """Words of names, and each name without what separates them: ``left pad leftpad``."""
    joined = ("".join(_WORD.findall(name)) for name in names)
    return " ".join(dict.fromkeys(words_kept([*names, *joined]).split()))


def _with_parts(word: str) -> list[str]:
    parts = _HUMP.split(word)
    return [word, *parts] if len(parts) > 1 else [word]
