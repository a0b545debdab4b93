"""Builds the module graph of a code base out of its files' imports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from apps.singularity.patterns.engine.architecture.component_graph import component_graph
from apps.singularity.patterns.engine.architecture.components import components_of
from apps.singularity.patterns.engine.architecture.cycle_report import cycles_of
from apps.singularity.patterns.engine.architecture.cycles import layers_of, strong_components
from apps.singularity.patterns.engine.architecture.metrics import (
    abstractness,
    distance,
    instability,
)
from apps.singularity.patterns.engine.architecture.model import (
    Dependency,
    DependencyKind,
    Module,
    ModuleGraph,
    Package,
    SourceFile,
    sorted_files,
)
from apps.singularity.patterns.engine.architecture.resolve import Resolver, unit_of
from apps.singularity.patterns.engine.architecture.testing_code import test_paths
from apps.singularity.patterns.engine.facts import Import

_STRENGTH = {kind: place for place, kind in enumerate(DependencyKind)}


def module_graph(files: Sequence[SourceFile], packages: Sequence[Package] = ()) -> ModuleGraph:
    """The graph of all files; the same for the same files in any order.

    ``packages`` are what manifests say (see `read_package`); without them, Go modules and
    packages of a JavaScript workspace are found by their folders' names alone. Files that
    neither import nor can be imported (documents, settings) are best left out.
    """
    every = sorted_files(files)
    units: dict[str, list[SourceFile]] = {}
    for file in every:
        units.setdefault(unit_of(file), []).append(file)
    tests = _test_units(units)
    dependencies, external = _dependencies(every, packages, units)
    counted = [d for d in dependencies if d.source not in tests and d.target not in tests]
    paths = sorted(units)
    runtime, deferred = cycles_of(paths, dependencies)
    own = {unit: sum(f.lines for f in units[unit]) for unit in paths if unit not in tests}
    component_by_path = components_of(own)
    modules = _modules(units, tests, counted, _layers(paths, dependencies), component_by_path)
    types = {path: [t for file in units[path] for t in file.types] for path in own}
    parts = component_graph(modules, counted, types)
    return ModuleGraph(
        modules=modules,
        dependencies=dependencies,
        components=parts.components,
        component_dependencies=parts.dependencies,
        cycles=runtime,
        deferred_cycles=deferred,
        component_cycles=parts.cycles,
        violations=parts.violations,
        external=external,
    )


def _test_units(units: Mapping[str, Sequence[SourceFile]]) -> frozenset[str]:
    """Modules all of whose files are tests; none in a code base that is nothing else."""
    tests = test_paths(file.path for inside in units.values() for file in inside)
    found = {unit for unit, inside in units.items() if all(f.path in tests for f in inside)}
    return frozenset(found) if len(found) < len(units) else frozenset()


def _dependencies(
    files: Sequence[SourceFile],
    packages: Sequence[Package],
    units: Mapping[str, Sequence[SourceFile]],
) -> tuple[tuple[Dependency, ...], int]:
    """All dependencies between modules, and the number of imports that lead outside."""
    resolver = Resolver(files, packages)
    strongest: dict[tuple[str, str], Dependency] = {}
    external = 0
    for file in files:
        source = unit_of(file)
        for imported in file.imports:
            targets = resolver.resolve(file.path, imported)
            external += not targets
            for target in targets:
                if target != source and target in units:
                    found = Dependency(source, target, _kind(imported), file.path, imported.line)
                    known = strongest.get((source, target))
                    if known is None or _before(found, known):
                        strongest[source, target] = found
    return tuple(strongest[pair] for pair in sorted(strongest)), external


def _kind(imported: Import) -> DependencyKind:
    if imported.typing_only:
        return DependencyKind.TYPING
    return DependencyKind.DEFERRED if imported.deferred else DependencyKind.RUNTIME


def _before(one: Dependency, other: Dependency) -> bool:
    ranks = [(_STRENGTH[d.kind], d.path, d.line) for d in (one, other)]
    return ranks[0] < ranks[1]


def _layers(paths: Sequence[str], dependencies: Sequence[Dependency]) -> dict[str, int]:
    """Layer of each module, by what it needs at run time."""
    number = {path: place for place, path in enumerate(paths)}
    successors: list[list[int]] = [[] for _ in paths]
    for dependency in dependencies:
        if dependency.kind is DependencyKind.RUNTIME:
            successors[number[dependency.source]].append(number[dependency.target])
    layers = layers_of(successors, strong_components(successors))
    return {path: layers[number[path]] for path in paths}


def _modules(
    units: Mapping[str, Sequence[SourceFile]],
    tests: frozenset[str],
    counted: Sequence[Dependency],
    layers: Mapping[str, int],
    components: Mapping[str, str],
) -> tuple[Module, ...]:
    fan_in = dict.fromkeys(units, 0)
    fan_out = dict.fromkeys(units, 0)
    for dependency in counted:
        fan_out[dependency.source] += 1
        fan_in[dependency.target] += 1
    return tuple(
        _module(
            path, units[path], (fan_in[path], fan_out[path]), layers[path], components.get(path)
        )
        for path in sorted(units)
    )


def _module(
    path: str,
    files: Sequence[SourceFile],
    fans: tuple[int, int],
    layer: int,
    component: str | None,
) -> Module:
    """A module without a component is a test."""
    unstable = instability(*fans)
    abstract = abstractness(type_ for file in files for type_ in file.types)
    entries = [file.entry_line for file in files if file.entry_line is not None]
    return Module(
        path=path,
        language=files[0].language,
        component=component or "",
        files=len(files),
        lines=sum(file.lines for file in files),
        layer=layer,
        fan_in=fans[0],
        fan_out=fans[1],
        instability=unstable,
        abstractness=abstract,
        distance=distance(abstract, unstable),
        entry_line=next(iter(entries), None),
        is_test=component is None,
    )
