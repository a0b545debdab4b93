"""Indicators that look at manifests, frameworks and the module graph."""

from __future__ import annotations

import msgspec

from apps.singularity.patterns.engine.architecture.detection.evidence import Evidence, plain
from apps.singularity.patterns.engine.architecture.detection.measures import MEASURES
from apps.singularity.patterns.engine.architecture.model import Package


class Facts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Frameworks that the code base uses: of these keys, or of these categories."""

    keys: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    min: int = 1

    def places(self, evidence: Evidence) -> list[str] | None:
        """The keys of those found, None if fewer than ``min``."""
        found = [
            key
            for key, category in evidence.frameworks.items()
            if key in self.keys or category in self.categories
        ]
        return found if len(found) >= self.min else None


class Packages(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Folders with a manifest: all that is given must hold for them.

    ``named`` asks for those that declare a name; ``under`` for those below a folder so called;
    ``outermost`` leaves out those inside another's folder.
    """

    min: int = 1
    max: int | None = None
    ecosystems: tuple[str, ...] = ()
    workspace: bool | None = None
    library: bool | None = None
    commands: bool | None = None
    named: bool | None = None
    under: str = ""

    def places(self, evidence: Evidence) -> list[str] | None:
        """The manifests, of each folder one; None if not met."""
        found = {p.folder: p.path for p in evidence.packages if self._fits(p)}
        most = len(found) if self.max is None else self.max
        return sorted(found.values()) if self.min <= len(found) <= most else None

    def _fits(self, package: Package) -> bool:
        wishes = (
            (self.workspace, package.workspace),
            (self.library, package.library),
            (self.commands, bool(package.commands)),
            (self.named, bool(package.name)),
        )
        above = {plain(part) for part in package.folder.split("/")[:-1]}
        return (
            all(wish is None or wish == fact for wish, fact in wishes)
            and (not self.ecosystems or package.ecosystem in self.ecosystems)
            and (not self.under or not above.isdisjoint(map(plain, self.under.split("|"))))
        )


class Graph(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A measure of the module graph (see `detection/measures.py`), from ``min`` to ``max``.

    ``of`` are names of folders or files, where the measure asks for them.
    """

    measure: str
    of: tuple[str, ...] = ()
    min: float | None = None
    max: float | None = None

    def places(self, evidence: Evidence) -> list[str] | None:
        """The modules or components measured, None if not met or if there is nothing to measure."""
        measured = MEASURES[self.measure](evidence, self.of)
        if measured is None:
            return None
        value, places = measured
        if self.min is not None and value < self.min:
            return None
        if self.max is not None and value > self.max:
            return None
        return places
