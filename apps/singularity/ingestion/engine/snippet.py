"""The lines of a chunk that show best why it was found, with the matching words marked."""

from __future__ import annotations

import re
from dataclasses import dataclass

from apps.singularity.ingestion.engine.identifiers import query_terms
from apps.singularity.ingestion.engine.lexical.schema import ANALYZER

_LINES = 6
_LINE_CHARACTERS = 200
_MAX_TERMS = 64
_MIN_TERM = 2


@dataclass(frozen=True, slots=True)
class Snippet:
    """Consecutive lines from ``first_line`` on, and half-open character spans that match."""

    text: str
    first_line: int
    highlights: tuple[tuple[int, int], ...]


def snippet_of(content: str, query: str, *, first_line: int) -> Snippet:
    """The window of ``content`` that holds most distinct words of ``query``, the first of equals.

    Args:
        first_line: line number, from 1, at which ``content`` begins in its file.
    """
    lines = [line[:_LINE_CHARACTERS] for line in content.split("\n")]
    pattern = _pattern(query)
    start = _best_window(lines, pattern) if pattern else 0
    text = "\n".join(lines[start : start + _LINES]).rstrip()
    marks = tuple(match.span() for match in pattern.finditer(text)) if pattern else ()
    return Snippet(text, first_line + start, marks)


def _pattern(query: str) -> re.Pattern[str] | None:
    """Match the words that the index matches: by their stem, and up to the next capital."""
    stems = {stem for term in query_terms(query) for stem in ANALYZER.analyze(term)}
    wanted = sorted(
        (stem for stem in stems if len(stem) >= _MIN_TERM), key=lambda stem: (-len(stem), stem)
    )
    if not wanted:
        return None
    any_of = "|".join(map(re.escape, wanted[:_MAX_TERMS]))
    return re.compile(f"(?i:{any_of})[a-z]*")


def _best_window(lines: list[str], pattern: re.Pattern[str]) -> int:
    found = [{match.group().lower() for match in pattern.finditer(line)} for line in lines]
    return max(
        range(max(1, len(lines) - _LINES + 1)),
        key=lambda start: len(set().union(*found[start : start + _LINES])),
    )
