"""What is reviewed, what it is compared with, and what a review says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from apps.singularity.patterns.engine.architecture.model import Package, SourceFile
from apps.singularity.patterns.engine.clones import Member
from apps.singularity.patterns.engine.mined import Finding, MinedPattern, Place
from apps.singularity.patterns.engine.review.changes import EVERYTHING, ChangedLines


class RemarkKind(StrEnum):
    """What new code may do that the code base does not."""

    BREAKS_RULE = "breaks-rule"
    CLONE = "clone"
    NEW_CYCLE = "new-cycle"
    UNUSUAL = "unusual"
    SURPRISE = "surprise"


class Level(StrEnum):
    """How sure a remark is: a warning should be looked at, a note may be."""

    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class ReviewedFile:
    """A file as it is after the change; without ``changed`` all of it counts as new."""

    path: str
    text: str
    language: str
    changed: ChangedLines | None = None

    @property
    def lines(self) -> ChangedLines:
        """The lines that are reviewed."""
        return EVERYTHING if self.changed is None else self.changed


@dataclass(frozen=True, slots=True)
class Learned:
    """What is known of the code base before the change.

    ``patterns`` may be all that were mined; rules are taken from them. ``findings`` are known
    breaks, which are not said again. ``functions`` have the fingerprints of all files,
    ``files`` and ``packages`` lead from an import to its module, and ``edges`` are pairs of
    modules of which the first imports the second at run time.
    """

    patterns: Sequence[MinedPattern] = ()
    findings: Sequence[Finding] = ()
    functions: Sequence[Member] = ()
    files: Sequence[SourceFile] = ()
    packages: Sequence[Package] = ()
    edges: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a remark stands on: ``holds`` of ``applies`` cases, and places to compare with."""

    holds: int = 0
    applies: int = 0
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to look at. ``signature`` is that of the pattern behind it, if there is one."""

    kind: RemarkKind
    level: Level
    place: Place
    symbol: str
    message: str
    signature: str = ""
    evidence: Evidence = field(default_factory=Evidence)

    def as_json(self) -> dict[str, Any]:
        """The remark as JSON."""
        return {
            "kind": self.kind.value,
            "level": self.level.value,
            **_place(self.place),
            "symbol": self.symbol,
            "message": self.message,
            "signature": self.signature,
            "evidence": {
                "holds": self.evidence.holds,
                "applies": self.evidence.applies,
                "places": [_place(place) for place in self.evidence.places],
            },
        }


def _place(place: Place) -> dict[str, Any]:
    return {"path": place.path, "start_line": place.start_line, "end_line": place.end_line}
