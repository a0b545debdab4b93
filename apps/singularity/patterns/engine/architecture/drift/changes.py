"""What changed in the architecture between two runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from apps.singularity.patterns.engine.architecture.drift.between import Between, home_of
from apps.singularity.patterns.engine.architecture.drift.cycles import cycle_changes
from apps.singularity.patterns.engine.architecture.drift.model import Change, ChangeKind
from apps.singularity.patterns.engine.architecture.drift.summary import GraphSummary, summary_of
from apps.singularity.patterns.engine.architecture.model import ModuleGraph

INSTABILITY_JUMP = 0.2
"""A component whose instability moved by at least this much is worth a word."""


def drift(
    before: GraphSummary, after: ModuleGraph, patterns: Mapping[str, float] | None = None
) -> tuple[Change, ...]:
    """What is new or gone since ``before``, cycles first; nothing after no run at all.

    Components are compared as they are now, so that a folder which is only drawn in more detail
    is no change.
    """
    if not before.modules:
        return ()
    now = summary_of(after, patterns)
    imports = {(d.source, d.target): d for d in after.dependencies}
    return (
        *cycle_changes(before, now, imports),
        *_component_changes(before, now),
        *_dependency_changes(Between(before, now.components), Between(now, now.components), after),
        *_instability_changes(Between(before, now.components), Between(now, now.components)),
        *_pattern_changes(before.patterns, now.patterns),
    )


def _component_changes(before: GraphSummary, now: GraphSummary) -> Iterator[Change]:
    for component in _empty(now.components, before.modules):
        yield Change(ChangeKind.COMPONENT_NEW, f"{component} is new", (component,))
    for component in _empty(before.components, now.modules):
        yield Change(ChangeKind.COMPONENT_GONE, f"{component} is gone", (component,))


def _empty(components: Sequence[str], modules: Iterable[str]) -> list[str]:
    """The components that hold none of the modules."""
    known = set(components)
    held = {home_of(module, known) for module in modules}
    return [component for component in components if component not in held]


def _dependency_changes(old: Between, new: Between, graph: ModuleGraph) -> Iterator[Change]:
    """Only between components that both runs have: a new one is told already."""
    both = old.held & new.held
    places = {(d.source, d.target): d for d in graph.component_dependencies}
    for pair in sorted(new.pairs - old.pairs):
        if both.issuperset(pair):
            place = places[pair]
            text = f"{pair[0]} now depends on {pair[1]}"
            yield Change(ChangeKind.DEPENDENCY_NEW, text, pair, place.path, place.line)
    for pair in sorted(old.pairs - new.pairs):
        if both.issuperset(pair):
            text = f"{pair[0]} no longer depends on {pair[1]}"
            yield Change(ChangeKind.DEPENDENCY_GONE, text, pair)


def _instability_changes(old: Between, new: Between) -> Iterator[Change]:
    for component in sorted(old.held & new.held):
        was, now = old.instability(component), new.instability(component)
        if was is not None and now is not None and abs(now - was) >= INSTABILITY_JUMP:
            moved = "rose" if now > was else "fell"
            text = f"The instability of {component} {moved} from {was:.2f} to {now:.2f}"
            yield Change(ChangeKind.INSTABILITY, text, (component,))


def _pattern_changes(old: Mapping[str, float], new: Mapping[str, float]) -> Iterator[Change]:
    for key in sorted(new.keys() - old.keys()):
        yield Change(ChangeKind.PATTERN_NEW, f"The pattern {key} has appeared", (key,))
    for key in sorted(old.keys() - new.keys()):
        yield Change(ChangeKind.PATTERN_GONE, f"The pattern {key} is no longer seen", (key,))
