"""How surprising lines usually are: what makes a score say "unusual" and not "long".

A line with many words holds a surprising one more often than a short line. So a line is compared
with lines of about as many words, of code that the model never learned from.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

_LEAST_LINES = 20
"""Lines of a length below which those of all lengths say what is usual."""
_ALL = 0


@dataclass(frozen=True, slots=True)
class LineNats:
    """What a model made of one line.

    Args:
        line: its number, from 1.
        nats: of each of its words.
        word: the one with the most of them.
    """

    line: int
    nats: tuple[float, ...]
    word: str

    @property
    def mean(self) -> float:
        """Nats of a word."""
        return sum(self.nats) / len(self.nats)


@dataclass(frozen=True, slots=True)
class Usual:
    """Mean and standard deviation of the lines' nats a word, by length.

    Args:
        by_length: of lines of 1, 2 to 3, 4 to 7, ... words, under the bits of their count;
            0: of all lines.
    """

    by_length: dict[int, tuple[float, float]]

    def score(self, line: LineNats) -> float:
        """By how many standard deviations a line is above those of its length."""
        of_all = self.by_length[_ALL]
        mean, deviation = self.by_length.get(len(line.nats).bit_length(), of_all)
        return (line.mean - mean) / deviation

    def as_json(self) -> dict[str, list[float]]:
        """As JSON has it."""
        return {str(length): list(said) for length, said in self.by_length.items()}

    @classmethod
    def read(cls, said: Mapping[str, Sequence[float]]) -> Usual:
        """Read what ``as_json`` gave. Raises ValueError, TypeError or AttributeError else."""
        found = {int(length): (float(m), float(d)) for length, (m, d) in said.items()}
        if _ALL not in found or any(deviation <= 0 for _, deviation in found.values()):
            raise ValueError("not what lines usually are")
        return cls(found)


def usual_of(lines: Iterable[LineNats]) -> Usual | None:
    """What is usual for these lines; none where they are too few to say."""
    groups: dict[int, list[float]] = {_ALL: []}
    for line in lines:
        groups[_ALL].append(line.mean)
        groups.setdefault(len(line.nats).bit_length(), []).append(line.mean)
    said = {
        length: (statistics.fmean(means), statistics.stdev(means))
        for length, means in groups.items()
        if len(means) >= _LEAST_LINES
    }
    return Usual({n: both for n, both in said.items() if both[1] > 0}) if _ALL in said else None
