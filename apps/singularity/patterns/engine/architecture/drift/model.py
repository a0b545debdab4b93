"""What drift is told in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ChangeKind(StrEnum):
    """The closed vocabulary of drift."""

    CYCLE_NEW = "cycle_new"
    CYCLE_GROWN = "cycle_grown"
    CYCLE_GONE = "cycle_gone"
    COMPONENT_NEW = "component_new"
    COMPONENT_GONE = "component_gone"
    DEPENDENCY_NEW = "dependency_new"
    DEPENDENCY_GONE = "dependency_gone"
    INSTABILITY = "instability"
    PATTERN_NEW = "pattern_new"
    PATTERN_GONE = "pattern_gone"


@dataclass(frozen=True, slots=True)
class Change:
    """One sentence, what it is about, and the import that made it, where one did."""

    kind: ChangeKind
    text: str
    subjects: tuple[str, ...]
    path: str = ""
    line: int | None = None
