"""What one file chose, and where."""

from __future__ import annotations

from collections.abc import Iterable

from apps.singularity.patterns.engine.facts import Choice

_LINES_LIMIT = 3


class Tally:
    """Collects the places of choices as bytes or as lines, and gives their counts."""

    __slots__ = ("_source", "_taken")

    def __init__(self, source: bytes) -> None:
        self._source = source
        self._taken: dict[tuple[str, str], list[int]] = {}

    def at_byte(self, measure: str, choice: str, position: int) -> None:
        """One choice, at a byte; kept below zero to be told from a line."""
        self._taken.setdefault((measure, choice), []).append(~position)

    def at_line(self, measure: str, choice: str, line: int) -> None:
        """One choice, on a line."""
        self._taken.setdefault((measure, choice), []).append(line)

    def at_bytes(self, measure: str, choice: str, positions: Iterable[int]) -> None:
        """The same choice at several bytes."""
        if places := [~position for position in positions]:
            self._taken.setdefault((measure, choice), []).extend(places)

    def result(self) -> dict[str, dict[str, Choice]]:
        """What is measured -> which choice -> how often, and its first lines."""
        firsts = {key: places[:_LINES_LIMIT] for key, places in self._taken.items()}
        lines = self._lines({place for places in firsts.values() for place in places if place < 0})
        choices: dict[str, dict[str, Choice]] = {}
        for (measure, choice), places in self._taken.items():
            shown = tuple(lines.get(place, place) for place in firsts[measure, choice])
            choices.setdefault(measure, {})[choice] = Choice(len(places), shown)
        return choices

    def _lines(self, places: set[int]) -> dict[int, int]:
        """The lines of bytes, counted in one pass over the source."""
        lines, line, before = {}, 1, 0
        for place in sorted(places, reverse=True):  # they are complements of positions
            line += self._source.count(b"\n", before, ~place)
            lines[place], before = line, ~place
        return lines
