"""Cycles of imports: which modules, a shortest one, and what to cut."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from apps.singularity.patterns.engine.architecture.cycles import shortest_path, strong_components
from apps.singularity.patterns.engine.architecture.feedback import feedback_edges
from apps.singularity.patterns.engine.architecture.model import Cycle, Dependency, DependencyKind

_CHEAP = {DependencyKind.RUNTIME: 4, DependencyKind.DEFERRED: 2, DependencyKind.TYPING: 1}


def cycles_of(
    paths: Sequence[str], dependencies: Sequence[Dependency]
) -> tuple[tuple[Cycle, ...], tuple[Cycle, ...]]:
    """Cycles at run time, and those that need an import inside a function or for types.

    The second kind is left out where the same modules are a cycle at run time already.
    """
    runtime = [d for d in dependencies if d.kind is DependencyKind.RUNTIME]
    at_once = _cycles(paths, runtime)
    known = {cycle.members for cycle in at_once}
    if len(runtime) == len(dependencies):
        return at_once, ()
    return at_once, tuple(c for c in _cycles(paths, dependencies) if c.members not in known)


def _cycles(paths: Sequence[str], dependencies: Sequence[Dependency]) -> tuple[Cycle, ...]:
    number = {path: place for place, path in enumerate(paths)}
    by_edge = {(number[d.source], number[d.target]): d for d in dependencies}
    successors: list[list[int]] = [[] for _ in paths]
    for source, target in sorted(by_edge):
        successors[source].append(target)
    groups = [group for group in strong_components(successors) if len(group) > 1]
    return tuple(_cycle(group, successors, paths, by_edge) for group in sorted(groups))


def _cycle(
    group: Sequence[int],
    successors: Sequence[Collection[int]],
    paths: Sequence[str],
    by_edge: Mapping[tuple[int, int], Dependency],
) -> Cycle:
    members = set(group)
    inner = {node: [f for f in successors[node] if f in members] for node in group}
    weights = {(n, f): _CHEAP[by_edge[n, f].kind] for n in group for f in inner[n]}
    breaks = feedback_edges(group, weights)
    return Cycle(
        members=tuple(paths[node] for node in group),
        example=tuple(paths[node] for node in _example(sorted(breaks), inner)),
        breaks=tuple(by_edge[edge] for edge in sorted(breaks)),
    )


_SEARCHED = 200


def _example(breaks: Sequence[tuple[int, int]], inner: Mapping[int, Collection[int]]) -> list[int]:
    """A shortest cycle through one of the first dependencies to cut."""
    ways = (shortest_path(inner, target, source) for source, target in breaks[:_SEARCHED])
    shortest = min(ways, key=len)
    start = shortest.index(min(shortest))
    return shortest[start:] + shortest[:start]
