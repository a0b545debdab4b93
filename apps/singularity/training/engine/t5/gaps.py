"""Gaps in code: a word that is missing, with what stands around it."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from apps.singularity.training.engine.corpus import CorpusText

MEASURED = 256
"""Gaps that say how often a suggestion is right: a standard error of 3 in 100 at most."""
_PER_FILE = 4
_BEFORE, _AFTER = 640, 320
"""Characters around a gap: about a window of what held-out code is judged by."""
_NAME = re.compile(r"[^\W\d]\w*")
_LAST = re.compile(r"(\w+|[^\w\s])\s*\Z")
_NEXT = re.compile(r"\s*(\w+|[^\w\s])")


@dataclass(frozen=True, slots=True)
class Gap:
    """A hole in a text; ``before`` and ``after`` may be whole files."""

    language: str
    before: str
    after: str

    @property
    def near(self) -> tuple[str, str]:
        """What a model reads of either side: whole lines, but for that of the gap."""
        before, after = self.before[-_BEFORE:], self.after[:_AFTER]
        if len(self.before) > _BEFORE:
            before = before[before.find("\n") + 1 :]
        if len(self.after) > _AFTER:
            after = after[: after.rfind("\n") + 1] or after
        return before, after


def held_out_gaps(texts: Iterable[CorpusText]) -> list[tuple[Gap, str]]:
    """Gaps where a name or keyword stood, and which: the same for every model.

    A few of each file, chosen by its digest, so that no file outweighs the others.
    """
    found: list[tuple[Gap, str]] = []
    for text in sorted(texts, key=lambda one: one.digest):
        names = sorted(_NAME.finditer(text.text), key=lambda at: _draw(text.digest, at.start()))
        for at in names[:_PER_FILE]:
            gap = Gap(text.language, text.text[: at.start()], text.text[at.end() :])
            found.append((gap, at[0]))
        if len(found) >= MEASURED:
            break
    return found[:MEASURED]


def copy_filling(gap: Gap) -> str:
    """The name of the file that fits best: the copy baseline.

    It has stood between the same neighbours most often, then beside one of them, then anywhere.
    Empty where the file has no other name.
    """
    before, after = _LAST.search(gap.before), _NEXT.match(gap.after)
    sides = (before[1] if before else "", after[1] if after else "")
    fits: dict[str, Counter[int]] = {}
    for name, last, following in _names_beside(gap):
        same = (last == sides[0]) + (following == sides[1])
        fits.setdefault(name, Counter())[same] += 1
    ranked = sorted(fits, key=lambda name: (-fits[name][2], -fits[name][1], -fits[name][0], name))
    return ranked[0] if ranked else ""


def _names_beside(gap: Gap) -> Iterator[tuple[str, str, str]]:
    """Each name with the word or sign before and behind it."""
    for text in (gap.before, gap.after):
        words = re.findall(r"\w+|[^\w\s]", text)
        for last, name, following in zip(["", *words], words, [*words[1:], ""], strict=False):
            if _NAME.fullmatch(name):
                yield name, last, following


def _draw(digest: str, place: int) -> bytes:
    return hashlib.blake2b(f"{digest} {place}".encode(), digest_size=8).digest()
