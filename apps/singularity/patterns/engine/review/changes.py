"""Which lines of a file a change touches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Lines = tuple[int, int]
"""First and last line, from 1."""


@dataclass(frozen=True, slots=True)
class ChangedLines:
    """``added`` are ranges of new lines; after each line of ``removed`` some are gone (0: top)."""

    added: tuple[Lines, ...] = ()
    removed: tuple[int, ...] = ()

    def holds(self, line: int) -> bool:
        """Whether a line is new."""
        return any(first <= line <= last for first, last in self.added)

    def touches(self, start: int, end: int) -> bool:
        """Whether lines in this range are new, or some that stood within it are gone."""
        return any(first <= end and start <= last for first, last in self.added) or any(
            start <= line < end for line in self.removed
        )

    def share(self, start: int, end: int) -> float:
        """Share of the lines of a range that are new."""
        new = sum(max(0, min(last, end) - max(first, start) + 1) for first, last in self.added)
        return new / (end - start + 1)


def ranges(lines: Iterable[int]) -> tuple[Lines, ...]:
    """Ascending lines as ranges."""
    found: list[Lines] = []
    for line in lines:
        if found and found[-1][1] == line - 1:
            found[-1] = (found[-1][0], line)
        else:
            found.append((line, line))
    return tuple(found)


EVERYTHING = ChangedLines(added=((1, 2**31),))
"""A file that counts as new from its first line to its last."""
