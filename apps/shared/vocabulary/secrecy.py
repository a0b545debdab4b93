"""Words that look like pieces of keys and passwords: no other instance learns of them."""

from __future__ import annotations

import re

LONGEST_NAME = 24
"""Letters of the longest part of a name that people write."""

_LETTERS = re.compile(r"[A-Za-z]+")
_NO_VOWEL = re.compile(r"[b-df-hj-np-tv-xz]{7}", re.IGNORECASE)
_ONE_LETTER = re.compile(r"(.)\1*")


def looks_secret(word: str) -> bool:
    """Whether a word is none that people read: too long, or unspeakable.

    Digits and changes of case end a word, so that most keys fall apart into single characters
    before they come here.
    """
    return any(
        len(letters) > LONGEST_NAME
        or (_NO_VOWEL.search(letters) is not None and not _ONE_LETTER.fullmatch(letters))
        for letters in _LETTERS.findall(word)
    )
