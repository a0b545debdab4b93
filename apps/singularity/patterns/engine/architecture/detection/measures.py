"""Measures of the module graph that definitions may ask for.

Each takes the evidence and names of folders or files, and gives a number with the modules or
components that it is about, or None where there is too little to measure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import TypeAlias

from apps.singularity.patterns.engine.architecture.detection.evidence import (
    Evidence,
    compiled,
    plain,
)
from apps.singularity.patterns.engine.architecture.model import (
    last_name,
    stem_of,
)

Measured: TypeAlias = tuple[float, list[str]] | None
Measure: TypeAlias = Callable[[Evidence, Sequence[str]], Measured]
ENOUGH = 3
"""Fewer dependencies than these have no direction."""
_FACADES = frozenset({"__init__.py", "index.js", "index.ts", "index.mjs", "lib.rs", "index.tsx"})


def modules(evidence: Evidence, _of: Sequence[str]) -> Measured:
    """Number of modules that are no tests."""
    return len(evidence.modules), sorted(evidence.modules)


def layers(evidence: Evidence, _of: Sequence[str]) -> Measured:
    """Number of layers of the component graph."""
    found = evidence.graph.components
    return (max(c.layer for c in found) + 1, [c.path for c in found]) if found else None


def acyclic(evidence: Evidence, _of: Sequence[str]) -> Measured:
    """Share of imports between components that do not go against the direction of most."""
    between = evidence.graph.component_dependencies
    every = sum(dependency.imports for dependency in between)
    if every < ENOUGH:
        return None
    against = sum(violation.imports for violation in evidence.graph.violations)
    return 1 - against / every, sorted({d.source for d in between})


def hub(evidence: Evidence, _of: Sequence[str]) -> Measured:
    """Share of the other components that depend on the one most depended on."""
    found = evidence.graph.components
    if len(found) < ENOUGH:
        return None
    centre = max(found, key=lambda component: (component.fan_in, component.path))
    return centre.fan_in / (len(found) - 1), [centre.path]


def order(evidence: Evidence, of: Sequence[str]) -> Measured:
    """Share of imports between the named roles, from the highest down, that lead downward."""
    roles = _roles(evidence, of)
    between = [
        d
        for d in evidence.binding
        if d.source in roles and d.target in roles and roles[d.source] != roles[d.target]
    ]
    if len(between) < ENOUGH:
        return None
    down = [d for d in between if roles[d.source] < roles[d.target]]
    return len(down) / len(between), [d.source for d in down]


def inward(evidence: Evidence, of: Sequence[str]) -> Measured:
    """Share of imports over the border of the named folders that lead into them."""
    roles = _roles(evidence, ["|".join(of)])
    crossing = [d for d in evidence.binding if (d.source in roles) != (d.target in roles)]
    if len(crossing) < ENOUGH:
        return None
    into = [d for d in crossing if d.target in roles]
    return len(into) / len(crossing), [d.target for d in into]


def independence(evidence: Evidence, of: Sequence[str]) -> Measured:
    """How little the parts below the named folders import each other: 1 is not at all.

    Measured as the share of their modules that import no module of another part.
    """
    part = {path: _part(path, of) for path in evidence.modules}
    inside = {path for path, name in part.items() if name}
    if len({part[path] for path in inside}) < ENOUGH:
        return None
    mixing = {
        d.source
        for d in evidence.binding
        if part.get(d.source) and part.get(d.target) and part[d.source] != part[d.target]
    }
    return 1 - len(mixing) / len(inside), sorted({part[path] for path in inside})


def parts(evidence: Evidence, of: Sequence[str]) -> Measured:
    """Number of folders or files that stand directly in one of the named folders."""
    found = {part for path in evidence.modules if (part := _part(path, of))}
    return len(found), sorted(found)


def subfolders(evidence: Evidence, of: Sequence[str]) -> Measured:
    """Number of folders that stand directly in one of the named folders."""
    every = evidence.modules
    found = {part for path in every if (part := _part(path, of)) and part not in every}
    return len(found), sorted(found)


def facade(evidence: Evidence, _of: Sequence[str]) -> Measured:
    """Most modules of its own that an outermost ``__init__``, ``index`` or ``lib`` takes in."""
    found = [m for m in evidence.graph.modules if last_name(m.path) in _FACADES and not m.is_test]
    if not found:
        return None
    outermost = min(m.path.count("/") for m in found)
    near = [m for m in found if m.path.count("/") <= outermost + 1]
    widest = max(near, key=lambda module: (module.fan_out, module.path))
    return widest.fan_out, [widest.path]


MEASURES: Mapping[str, Measure] = MappingProxyType(
    {
        measure.__name__: measure
        for measure in (
            *(modules, layers, acyclic, hub, order),
            *(inward, independence, parts, subfolders, facade),
        )
    }
)


def _roles(evidence: Evidence, of: Sequence[str]) -> dict[str, int]:
    """Module -> place of the first of ``of`` that a folder above it, or itself, is called by.

    The innermost name counts: ``domain/services/x.py`` is a service.
    """
    patterns = [compiled("|".join(plain(way) for way in names.split("|"))) for names in of]
    known: dict[str, int | None] = {}
    found = {}
    for path in evidence.modules:
        for part in reversed(stem_of(path).split("/")):
            if part not in known:
                known[part] = _first(patterns, plain(part))
            place = known[part]
            if place is not None:
                found[path] = place
                break
    return found


def _first(patterns: Sequence[re.Pattern[str]], name: str) -> int | None:
    return next((at for at, pattern in enumerate(patterns) if pattern.fullmatch(name)), None)


def _part(path: str, of: Sequence[str]) -> str:
    """What stands directly in the first folder above that has one of the names."""
    names = _plain_names(tuple(of))
    folders = path.split("/")
    for depth, folder in enumerate(folders[:-1]):
        if plain(folder) in names:
            return "/".join(folders[: depth + 2])
    return ""


@lru_cache(maxsize=256)
def _plain_names(patterns: tuple[str, ...]) -> frozenset[str]:
    return frozenset(plain(way) for pattern in patterns for way in pattern.split("|"))
