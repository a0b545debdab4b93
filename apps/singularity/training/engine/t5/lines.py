"""A text's words, line by line, and windows in which each of them is hidden once.

A window is read several times. Each time every n-th word is hidden, at most the share and the
number that training hides, so that each word is asked once and no model meets a text unlike those
that it learned from. A sentinel that training never reached costs more than any word: with 36 in
a window, the place in it decided the score.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from apps.singularity.training.engine.evaluation import Window

LONGEST = 512
"""Characters of a window, and of the longest line that is asked: generated code has longer ones."""
_STRIDE = 7
"""Every seventh word is hidden: 14 %, where training hides 15."""
_MOST_HIDDEN = 12
"""Rows of 256 tokens, the shortest that anything useful is trained on, have 14 spans."""
_WORD = re.compile(r"\s*(?:\w+|[^\w\s]+)")
"""As held-out code is judged: with the white space before it, so that indentation counts."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a window: its place in characters, and the line that it stands in, from 1."""

    start: int
    end: int
    line: int


@dataclass(frozen=True, slots=True)
class Asked:
    """One reading of a window, and the words that are hidden in it, as its spans."""

    window: Window
    words: tuple[Word, ...]


def readings(language: str, text: str) -> Iterator[Asked]:
    """Each window of a text as often as its words need."""
    for first, piece in windows(text):
        words = _words(piece, first)
        stride = max(_STRIDE, math.ceil(len(words) / _MOST_HIDDEN))
        for start in range(min(stride, len(words))):
            hidden = tuple(words[start::stride])
            yield Asked(Window(language, piece, tuple((w.start, w.end) for w in hidden)), hidden)


def windows(text: str) -> Iterator[tuple[int, str]]:
    """Runs of whole lines, each with the number of its first; lines too long are left out."""
    first, lines, length = 1, list[str](), 0
    for number, line in enumerate(text.split("\n"), 1):
        if lines and length + len(line) >= LONGEST:
            yield first, "".join(lines)
            lines, length = [], 0
        if len(line) >= LONGEST:
            continue
        if not lines:
            first = number
        lines.append(f"{line}\n")
        length += len(line) + 1
    if lines:
        yield first, "".join(lines)


def _words(piece: str, first: int) -> list[Word]:
    found, line, seen = [], first, 0
    for match in _WORD.finditer(piece):
        begins = match.end() - len(match[0].lstrip())
        line += piece.count("\n", seen, begins)
        seen = begins
        found.append(Word(match.start(), match.end(), line))
    return found
