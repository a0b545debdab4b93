"""Dependencies of one run, seen between the components of another."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from apps.singularity.patterns.engine.architecture.components import ROOT
from apps.singularity.patterns.engine.architecture.drift.summary import GraphSummary
from apps.singularity.patterns.engine.architecture.metrics import instability
from apps.singularity.patterns.engine.architecture.resolve.index import ancestors

Edge = tuple[str, str]


def home_of(path: str, components: AbstractSet[str]) -> str:
    """The component that holds a module; nothing where none does."""
    places = (folder or ROOT for folder in (path, *ancestors(path)))
    return next((place for place in places if place in components), "")


class Between:
    """The dependencies of one run between the components of another."""

    def __init__(self, summary: GraphSummary, components: Sequence[str]) -> None:
        known = set(components)
        home = [home_of(module, known) for module in summary.modules]
        self.held = set(home) - {""}
        self.pairs: set[Edge] = set()
        self._into: dict[str, set[int]] = {}
        self._out_of: dict[str, set[int]] = {}
        for source, target in (*summary.dependencies, *summary.deferred):
            one, other = home[source], home[target]
            if one and other and one != other:
                self.pairs.add((one, other))
                self._into.setdefault(other, set()).add(source)
                self._out_of.setdefault(one, set()).add(source)

    def instability(self, component: str) -> float | None:
        """Martin's measure of one component."""
        return instability(len(self._into.get(component, ())), len(self._out_of.get(component, ())))
