"""What is kept of one run's module graph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from apps.singularity.patterns.engine.architecture.model import (
    Dependency,
    DependencyKind,
    ModuleGraph,
)


@dataclass(frozen=True, slots=True)
class GraphSummary:
    """What has to be kept of a run to tell later what changed.

    ``dataclasses.asdict`` makes JSON of it, ``msgspec.convert`` the summary again. ``modules`` are
    those that are no tests; ``dependencies`` hold two places in them a pair, of imports at run
    time; ``deferred`` the same of all others but those for types. ``patterns`` are the keys of
    detected patterns with their confidence.
    """

    modules: tuple[str, ...] = ()
    dependencies: tuple[tuple[int, int], ...] = ()
    deferred: tuple[tuple[int, int], ...] = ()
    components: tuple[str, ...] = ()
    patterns: Mapping[str, float] = field(default_factory=dict)


def summary_of(graph: ModuleGraph, patterns: Mapping[str, float] | None = None) -> GraphSummary:
    """The summary of a run; ``patterns`` are keys with their confidence."""
    modules = tuple(module.path for module in graph.modules if not module.is_test)
    number = {path: place for place, path in enumerate(modules)}
    inside = [d for d in graph.dependencies if d.source in number and d.target in number]
    return GraphSummary(
        modules=modules,
        dependencies=_numbered(inside, number, DependencyKind.RUNTIME),
        deferred=_numbered(inside, number, DependencyKind.DEFERRED),
        components=tuple(component.path for component in graph.components),
        patterns=dict(sorted((patterns or {}).items())),
    )


def _numbered(
    dependencies: list[Dependency], number: Mapping[str, int], kind: DependencyKind
) -> tuple[tuple[int, int], ...]:
    return tuple((number[d.source], number[d.target]) for d in dependencies if d.kind is kind)
