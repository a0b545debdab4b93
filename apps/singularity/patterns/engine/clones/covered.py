"""Lines of files that are spoken for."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict


class Covered:
    """Stretches of lines by path, none of them inside another; asked and added to in log time."""

    def __init__(self) -> None:
        self._starts: dict[str, list[int]] = defaultdict(list)
        self._ends: dict[str, list[int]] = defaultdict(list)

    def holds(self, path: str, first: int, last: int) -> bool:
        """Whether these lines lie within one stretch."""
        at = bisect_right(self._starts[path], first) - 1
        return at >= 0 and last <= self._ends[path][at]

    def add(self, path: str, first: int, last: int) -> None:
        """Add a stretch; those within it go."""
        if self.holds(path, first, last):
            return
        starts, ends = self._starts[path], self._ends[path]
        at = bisect_left(starts, first)
        until = bisect_right(ends, last, lo=at)
        starts[at:until] = [first]
        ends[at:until] = [last]
