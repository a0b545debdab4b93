"""Whether surprise finds what is wrong: lines with a swapped name ranked above untouched ones."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence

from apps.singularity.training.engine.t5.usual import LineNats, Usual

_NAME = re.compile(r"[^\W\d]\w*")
_NAMES = 3
"""In a text below which there is nothing to swap."""
Bugged = tuple[list[LineNats], int]
"""The lines of a text with a bug, and the line that has it."""


def swapped(text: str) -> tuple[str, int] | None:
    """A copy in which one name stands where another stood, and that line, from 1.

    Which, follows from the text. None where there are too few names.
    """
    names = list(_NAME.finditer(text))
    others = sorted({name[0] for name in names})
    if len(others) < _NAMES:
        return None
    drawn = hashlib.sha256(text.encode()).digest()
    name = names[int.from_bytes(drawn[:8], "big") % len(names)]
    others.remove(name[0])
    other = others[int.from_bytes(drawn[8:16], "big") % len(others)]
    return text[: name.start()] + other + text[name.end() :], 1 + text.count("\n", 0, name.start())


def auc(bugs: Sequence[float], untouched: Iterable[float]) -> float:
    """Chance that a bug scores above an untouched line, ties counted half.

    Hanley and McNeil 1982, "The meaning and use of the area under a ROC curve". Raises
    ZeroDivisionError where there are none of either.
    """
    ordered = sorted(untouched)
    above = sum(bisect_left(ordered, bug) + bisect_right(ordered, bug) for bug in bugs)
    return above / 2 / len(ordered) / len(bugs)


def worth(bugged: Sequence[Bugged], usual: Usual) -> dict[str, float]:
    """The AUC of surprise, and of the length of a line, which costs nothing to know."""
    ways: dict[str, Callable[[LineNats], float]] = {
        "surprise_auc": usual.score,
        "surprise_length_auc": lambda line: float(len(line.nats)),
    }
    return {name: _auc_of(bugged, score) for name, score in ways.items()}


def _auc_of(bugged: Sequence[Bugged], score: Callable[[LineNats], float]) -> float:
    lines = [(line, line.line == bug) for found, bug in bugged for line in found]
    if all(is_bug for _, is_bug in lines) or not any(is_bug for _, is_bug in lines):
        return 0.5
    return auc(
        [score(line) for line, is_bug in lines if is_bug],
        [score(line) for line, is_bug in lines if not is_bug],
    )
