"""Unified diffs, as git and diff write them: which lines of which files are new."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from apps.singularity.patterns.engine.review.changes import ChangedLines, ranges
from apps.singularity.patterns.engine.review.diff_paths import without_prefixes

_HUNK = re.compile(r"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_START = ("diff --git ", "--- ", "Index: ", "Binary files ")
_BINARY = ("Binary files ", "GIT binary patch")


class DiffError(ValueError):
    """Text that is no unified diff; the message has the line and what to do."""


@dataclass(frozen=True, slots=True)
class Diff:
    """``changed`` maps the paths of files as they are now to what is new in them.

    ``removed`` are paths that are gone: deleted, or renamed. Binary files are left out.
    """

    changed: Mapping[str, ChangedLines] = field(default_factory=dict)
    removed: tuple[str, ...] = ()


def parse_diff(text: str) -> Diff:
    """Read a unified diff; without any text there is no change.

    Raises:
        DiffError: a hunk is cut off or malformed, it compares more than two versions, or
            the text holds no diff at all.
    """
    return _Reader(text.split("\n")).read()


class _Reader:
    """Goes through the lines once."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._at = 0
        self._changed: dict[str, ChangedLines] = {}
        self._removed: list[str] = []
        self._old = self._new = ""

    def read(self) -> Diff:
        seen = False
        while self._at < len(self._lines):
            line = self._lines[self._at].rstrip("\r")
            self._at += 1
            if line.startswith(("@@@", "diff --cc ", "diff --combined ")):
                raise self._error("a merge's combined diff: compare with one parent instead")
            if line.startswith("@@"):
                self._hunk(line)
            else:
                seen |= line.startswith(_START)
                self._header(line)
        if not seen and any(line.strip() for line in self._lines):
            raise DiffError("this is no unified diff: write one with `git diff` or `diff -u`")
        return Diff(self._changed, tuple(dict.fromkeys(self._removed)))

    def _header(self, line: str) -> None:
        if line.startswith("--- "):
            self._files(line)
        elif line.startswith("diff --git "):
            self._old = self._new = ""
        elif line.startswith("rename from "):
            self._removed += without_prefixes(line[12:], "")[:1]
        elif line.startswith(("rename to ", "copy to ")):
            _, self._new = without_prefixes("", line.partition(" to ")[2])
            self._changed.setdefault(self._new, ChangedLines())
        elif line.startswith(_BINARY):
            self._changed.pop(self._new, None)

    def _files(self, line: str) -> None:
        """The two lines that name the old and the new file."""
        following = self._lines[self._at].rstrip("\r") if self._at < len(self._lines) else ""
        if not following.startswith("+++ "):
            return  # no header, but text around the diff
        self._at += 1
        self._old, self._new = without_prefixes(line[4:], following[4:], prefixed=True)
        if self._new:
            self._changed.setdefault(self._new, ChangedLines())
        elif self._old:
            self._removed.append(self._old)

    def _hunk(self, line: str) -> None:
        match = _HUNK.match(line)
        if match is None:
            raise self._error(f"no hunk header: {line[:60]!r}")
        if not (self._old or self._new):
            raise self._error("a hunk before any line that names its file (--- and +++)")
        old, new = (int(count) if count is not None else 1 for count in match.group(1, 3))
        first = int(match[2]) + (new == 0)  # of an empty range the line before it is given
        added, removed = self._body(first, old, new)
        if self._new:
            known = self._changed[self._new]
            self._changed[self._new] = ChangedLines(
                (*known.added, *ranges(added)), (*known.removed, *dict.fromkeys(removed))
            )

    def _body(self, number: int, old: int, new: int) -> tuple[list[int], list[int]]:
        """The lines of a hunk; ``number`` is that of the next line of the new file."""
        added, removed = [], []
        while old or new:
            if self._at >= len(self._lines):
                raise self._error("the diff ends inside a hunk: it was cut off")
            mark = self._lines[self._at][:1].rstrip("\r")
            self._at += 1
            if mark == "\\":
                continue
            if mark not in ("", " ", "+", "-"):
                raise self._error("a line inside a hunk begins with none of ' ', '+' and '-'")
            if mark == "+":
                added.append(number)
            elif mark == "-":
                removed.append(number - 1)
            old -= mark != "+"
            new -= mark != "-"
            number += mark != "-"
            if old < 0 or new < 0:
                raise self._error("a hunk has other lines than its header counts")
        return added, removed

    def _error(self, what: str) -> DiffError:
        return DiffError(f"line {self._at} of the diff: {what}")
