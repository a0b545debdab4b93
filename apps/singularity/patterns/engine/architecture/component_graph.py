"""The graph of components: folders as one sees them, with the imports between them counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from apps.singularity.patterns.engine.architecture.components import ROOT
from apps.singularity.patterns.engine.architecture.cycles import (
    layers_of,
    shortest_path,
    strong_components,
)
from apps.singularity.patterns.engine.architecture.feedback import feedback_edges
from apps.singularity.patterns.engine.architecture.metrics import (
    abstractness,
    distance,
    instability,
)
from apps.singularity.patterns.engine.architecture.model import (
    Component,
    ComponentDependency,
    Dependency,
    DependencyKind,
    Module,
    Violation,
    last_name,
)
from apps.singularity.patterns.engine.facts import TypeDefinition


@dataclass(frozen=True, slots=True)
class ComponentGraph:
    """Components with what holds between them."""

    components: tuple[Component, ...]
    dependencies: tuple[ComponentDependency, ...]
    cycles: tuple[tuple[str, ...], ...]
    violations: tuple[Violation, ...]


def component_graph(
    modules: Sequence[Module],
    dependencies: Sequence[Dependency],
    types: Mapping[str, Sequence[TypeDefinition]],
) -> ComponentGraph:
    """Gather modules into their components; imports for types alone bind nothing at run time.

    ``dependencies`` are those between modules that are no tests.
    """
    inside: dict[str, list[Module]] = {}
    for module in modules:
        if not module.is_test:
            inside.setdefault(module.component, []).append(module)
    home = {module.path: module.component for module in modules}
    crossing = [
        d
        for d in dependencies
        if d.kind is not DependencyKind.TYPING and home[d.source] != home[d.target]
    ]
    between = _between(crossing, home)
    paths = sorted(inside)
    number = {path: place for place, path in enumerate(paths)}
    edges = {(number[d.source], number[d.target]): d for d in between}
    successors = _successors(len(paths), edges)
    groups = strong_components(successors)
    against = _against(groups, edges)
    forward = _successors(len(paths), edges.keys() - against)
    layers = layers_of(forward, strong_components(forward))
    mixed = frozenset(number[path] for path in paths if _is_rest(path, paths))
    facts = _Facts(inside, crossing, between, home, types)
    return ComponentGraph(
        components=tuple(facts.component(path, layers[number[path]]) for path in paths),
        dependencies=between,
        cycles=tuple(sorted(tuple(paths[n] for n in group) for group in groups if len(group) > 1)),
        violations=_violations(against - _touching(against, mixed), edges, forward),
    )


def _between(
    crossing: Sequence[Dependency], home: Mapping[str, str]
) -> tuple[ComponentDependency, ...]:
    counts: dict[tuple[str, str], list[Dependency]] = {}
    for dependency in crossing:
        counts.setdefault((home[dependency.source], home[dependency.target]), []).append(dependency)
    return tuple(
        ComponentDependency(
            *pair,
            imports=len(found),
            path=min(found, key=_at).path,
            line=min(found, key=_at).line,
        )
        for pair, found in sorted(counts.items())
    )


def _at(dependency: Dependency) -> tuple[bool, str, int]:
    """Imports at run time are shown before deferred ones."""
    deferred = dependency.kind is not DependencyKind.RUNTIME
    return (deferred, dependency.path, dependency.line)


def _successors(
    count: int, edges: Mapping[tuple[int, int], object] | set[tuple[int, int]]
) -> list[list[int]]:
    successors: list[list[int]] = [[] for _ in range(count)]
    for source, target in sorted(edges):
        successors[source].append(target)
    return successors


def _against(
    groups: Sequence[Sequence[int]], edges: Mapping[tuple[int, int], ComponentDependency]
) -> set[tuple[int, int]]:
    """The edges of least imports without which there is no cycle."""
    found: set[tuple[int, int]] = set()
    for group in groups:
        members = set(group)
        weights = {
            edge: dependency.imports
            for edge, dependency in edges.items()
            if edge[0] in members and edge[1] in members
        }
        found |= feedback_edges(group, weights)
    return found


def _touching(edges: set[tuple[int, int]], nodes: frozenset[int]) -> set[tuple[int, int]]:
    return {edge for edge in edges if edge[0] in nodes or edge[1] in nodes}


def _violations(
    against: set[tuple[int, int]],
    edges: Mapping[tuple[int, int], ComponentDependency],
    forward: Sequence[Sequence[int]],
) -> tuple[Violation, ...]:
    """Those of the edges against the order that fewer imports make than lead the other way."""
    found = []
    for edge in sorted(against):
        way = shortest_path(forward, edge[1], edge[0])
        back = min(edges[step].imports for step in pairwise(way))
        d = edges[edge]
        if d.imports < back:
            found.append(Violation(d.source, d.target, d.imports, back, d.path, d.line))
    return tuple(found)


class _Facts:
    """What the measures of a component are made of."""

    def __init__(
        self,
        inside: Mapping[str, Sequence[Module]],
        crossing: Sequence[Dependency],
        between: Sequence[ComponentDependency],
        home: Mapping[str, str],
        types: Mapping[str, Sequence[TypeDefinition]],
    ) -> None:
        self._inside = inside
        self._types = types
        self._into = _distinct((home[d.target], d.source) for d in crossing)
        self._out_of = _distinct((home[d.source], d.source) for d in crossing)
        self._fan_in = _distinct((d.target, d.source) for d in between)
        self._fan_out = _distinct((d.source, d.target) for d in between)

    def component(self, path: str, layer: int) -> Component:
        """The component with all its measures."""
        modules = self._inside[path]
        unstable = instability(len(self._into.get(path, ())), len(self._out_of.get(path, ())))
        abstract = abstractness(t for module in modules for t in self._types[module.path])
        return Component(
            path=path,
            label=_label(path, is_rest=_is_rest(path, self._inside)),
            files=sum(module.files for module in modules),
            lines=sum(module.lines for module in modules),
            layer=layer,
            fan_in=len(self._fan_in.get(path, ())),
            fan_out=len(self._fan_out.get(path, ())),
            instability=unstable,
            abstractness=abstract,
            distance=distance(abstract, unstable),
            entry_points=sum(module.entry_line is not None for module in modules),
        )


def _is_rest(path: str, paths: Iterable[str]) -> bool:
    """Whether it is just what stands in a folder beside other components: no unit of its own."""
    inner = "" if path == ROOT else f"{path}/"
    return any(other != path and other.startswith(inner) for other in paths)


def _label(path: str, *, is_rest: bool) -> str:
    """What stands directly in a folder whose folders are components of their own has a star."""
    if path == ROOT:
        return "top level"
    return f"{last_name(path)}/*" if is_rest else last_name(path)


def _distinct(pairs: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for key, value in pairs:
        found.setdefault(key, set()).add(value)
    return found
