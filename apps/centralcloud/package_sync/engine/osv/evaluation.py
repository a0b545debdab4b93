"""Which versions an advisory affects. Source: OSV schema 1.7, section "Evaluation"."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cmp_to_key
from typing import Any

from apps.centralcloud.package_sync.engine.osv.document import Event, EventKind, Range

BEGINNING = "0"
"""Introduced here: before every version."""
INFINITY = "*"
"""A limit that is none."""

Key = Callable[[str], Any]
"""A version's place in its ecosystem's order."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """An affected version, and the next one that fixes it; empty where none does."""

    version: str
    fixed: str


@dataclass(frozen=True, slots=True)
class _Placed:
    """An event with its version's place; before and after all versions there is none."""

    kind: EventKind
    version: str
    key: Any
    end: int = 0

    def at_or_below(self, key: Any) -> bool:
        return self.end < 0 or (self.end == 0 and bool(self.key <= key))

    def below(self, key: Any) -> bool:
        return self.end < 0 or (self.end == 0 and bool(self.key < key))


def versions_affected(
    versions: Iterable[str], *, ranges: Sequence[Range], listed: Collection[str], key: Key
) -> list[Verdict]:
    """The versions that lie in a range or are listed, in the order in which they were given.

    A version is fixed by the lowest ``fixed`` event above it whose own version is not affected.
    """
    lines = [_line(one, key) for one in ranges]
    named = {key(version) for version in listed}
    fixes = _sorted([event for line in lines for event in line if event.kind is EventKind.FIXED])
    fixes = [fix for fix in fixes if fix.key not in named and not _in_ranges(fix.key, lines)]
    found = []
    for version in versions:
        place = key(version)
        if place in named or _in_ranges(place, lines):
            above = (fix.version for fix in fixes if not fix.at_or_below(place))
            found.append(Verdict(version, next(above, "")))
    return found


def _in_ranges(key: Any, lines: Iterable[Sequence[_Placed]]) -> bool:
    return any(_before_limits(key, line) and _vulnerable(key, line) for line in lines)


def _vulnerable(key: Any, line: Sequence[_Placed]) -> bool:
    vulnerable = False
    for event in line:
        if event.kind is EventKind.INTRODUCED and event.at_or_below(key):
            vulnerable = True
        elif (event.kind is EventKind.FIXED and event.at_or_below(key)) or (
            event.kind is EventKind.LAST_AFFECTED and event.below(key)
        ):
            vulnerable = False
    return vulnerable


def _before_limits(key: Any, line: Sequence[_Placed]) -> bool:
    limits = [event for event in line if event.kind is EventKind.LIMIT]
    return not limits or any(not limit.at_or_below(key) for limit in limits)


def _line(one: Range, key: Key) -> list[_Placed]:
    return _sorted([_placed(event, key) for event in one.events])


def _placed(event: Event, key: Key) -> _Placed:
    if event.kind is EventKind.INTRODUCED and event.version == BEGINNING:
        return _Placed(event.kind, event.version, None, -1)
    if event.kind is EventKind.LIMIT and event.version == INFINITY:
        return _Placed(event.kind, event.version, None, 1)
    return _Placed(event.kind, event.version, key(event.version))


def _sorted(events: list[_Placed]) -> list[_Placed]:
    """By version; of the same version as they stood, which the schema leaves open."""

    def compare(one: _Placed, other: _Placed) -> int:
        if one.end or other.end:
            return one.end - other.end
        return -1 if one.key < other.key else int(other.key < one.key)

    return sorted(events, key=cmp_to_key(compare))
