"""Cycles that have appeared, grown or gone, with the import that closes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from apps.singularity.patterns.engine.architecture.cycles import shortest_path, strong_components
from apps.singularity.patterns.engine.architecture.drift.model import Change, ChangeKind
from apps.singularity.patterns.engine.architecture.drift.summary import GraphSummary
from apps.singularity.patterns.engine.architecture.model import Dependency, DependencyKind

Edge = tuple[str, str]
_SEARCHED = 200
_LISTED = 4


def cycle_closed_by(edges: Iterable[Edge], new: Edge) -> tuple[str, ...]:
    """A shortest cycle that the dependency ``new`` would close; empty if none.

    It begins with the source and target of ``new``; its last member depends on the first.
    """
    source, target = new
    if source == target:
        return ()
    names = sorted({name for edge in (*edges, new) for name in edge})
    number = {name: place for place, name in enumerate(names)}
    successors = _successors(len(names), [(number[one], number[other]) for one, other in edges])
    way = shortest_path(successors, number[target], number[source])
    return (source, *(names[node] for node in way[:-1])) if way else ()


def _successors(count: int, edges: Iterable[tuple[int, int]]) -> list[list[int]]:
    successors: list[list[int]] = [[] for _ in range(count)]
    for source, target in sorted(set(edges)):
        successors[source].append(target)
    return successors


def _edges(summary: GraphSummary) -> set[Edge]:
    return {(summary.modules[one], summary.modules[other]) for one, other in summary.dependencies}


def _groups(summary: GraphSummary) -> list[frozenset[str]]:
    """Modules that are cycles together."""
    successors = _successors(len(summary.modules), summary.dependencies)
    groups = (group for group in strong_components(successors) if len(group) > 1)
    return [frozenset(summary.modules[node] for node in group) for group in sorted(groups)]


def cycle_changes(
    before: GraphSummary, now: GraphSummary, imports: Mapping[Edge, Dependency]
) -> Iterator[Change]:
    """``imports`` are the dependencies of ``now``, by source and target."""
    old, new = _groups(before), _groups(now)
    fresh = _edges(now) - _edges(before)
    for group in new:
        known = [one for one in old if one & group]
        if not any(group <= one for one in known):
            yield _cycle_change(group, known, sorted(e for e in fresh if set(e) <= group), imports)
    for group in old:
        if not any(len(group & one) > 1 for one in new):
            yield Change(
                ChangeKind.CYCLE_GONE,
                f"The cycle between {_listed(sorted(group))} is gone",
                tuple(sorted(group)),
            )


def _cycle_change(
    group: frozenset[str],
    known: Sequence[frozenset[str]],
    fresh: Sequence[Edge],
    imports: Mapping[Edge, Dependency],
) -> Change:
    """``fresh`` are the dependencies inside that are new: one of them closes the cycle."""
    inner = [edge for edge in imports if set(edge) <= group and _at_once(imports[edge])]
    ways = {edge: cycle_closed_by(inner, edge) for edge in fresh[:_SEARCHED]}
    closing = min(ways, key=lambda edge: (len(ways[edge]), edge))
    way, place = ways[closing], imports[closing]
    if not known:
        text = f"A new cycle between {_listed(way)}"
        return Change(ChangeKind.CYCLE_NEW, text, way, place.path, place.line)
    size = max(map(len, known))
    text = f"A cycle of {size} modules has grown to {len(group)}, by {_listed(way)}"
    return Change(ChangeKind.CYCLE_GROWN, text, way, place.path, place.line)


def _at_once(dependency: Dependency) -> bool:
    return dependency.kind is DependencyKind.RUNTIME


def _listed(names: Sequence[str]) -> str:
    """``a, b and c``; of many, the first and how many more."""
    if len(names) > _LISTED:
        return f"{', '.join(names[:_LISTED])} and {len(names) - _LISTED} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
