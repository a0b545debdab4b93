"""The module graph: what a code base is made of, and what depends on what.

All is made of strings, numbers and tuples, so that ``dataclasses.asdict`` gives JSON.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec

from apps.singularity.patterns.engine.facts import FileFacts, Function, Import, TypeDefinition


class DependencyKind(StrEnum):
    """When an import is carried out: at once, inside a function, or only for the type checker."""

    RUNTIME = "runtime"
    DEFERRED = "deferred"
    TYPING = "typing"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One source file, as far as its architecture goes. Paths have forward slashes."""

    path: str
    language: str
    lines: int = 0
    imports: tuple[Import, ...] = ()
    types: tuple[TypeDefinition, ...] = ()
    functions: tuple[Function, ...] = ()
    entry_line: int | None = None


def source_file(path: str, facts: FileFacts) -> SourceFile:
    """The part of a file's facts that its architecture is read from."""
    return SourceFile(
        path=path,
        language=facts.language,
        lines=facts.lines,
        imports=facts.imports,
        types=facts.types,
        functions=facts.functions,
        entry_line=facts.entry_line,
    )


@dataclass(frozen=True, slots=True)
class Package:
    r"""What the manifest at ``path`` says about its folder.

    ``name`` is how others import it (``@scope/name``, a Go module path, a crate). ``workspace``
    says that it names other packages as its members, ``library`` that it is offered for import,
    ``commands`` which programs it installs. ``aliases`` map a prefix of imports to a folder
    (``@/`` to ``web/src/``, ``App\`` to ``app/``), both with their last separator.
    """

    path: str
    ecosystem: str
    name: str = ""
    workspace: bool = False
    library: bool = False
    commands: tuple[str, ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()

    @property
    def folder(self) -> str:
        """The folder that it stands in, nothing for the root."""
        return self.path.rpartition("/")[0]


@dataclass(frozen=True, slots=True, order=True)
class Dependency:
    """``source`` imports ``target`` (both module paths), at ``path`` in ``line``.

    One a pair: the strongest kind (runtime before deferred before typing), there the first line.
    """

    source: str
    target: str
    kind: DependencyKind
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Module:
    """A unit of import: a file, or a folder in languages that import folders (Go, C#, Swift).

    ``fan_in`` and ``fan_out`` count modules that depend on it and that it depends on, tests left
    out. ``instability`` I is Ce / (Ca + Ce), ``abstractness`` A the share of abstract types among
    its types, ``distance`` the absolute value of A + I - 1; each is None where there is nothing to
    divide by (R. Martin, "OO Design Quality Metrics", 1994). ``layer`` is 0 for a module that
    needs no other.
    """

    path: str
    language: str
    component: str
    files: int
    lines: int
    layer: int
    fan_in: int
    fan_out: int
    instability: float | None
    abstractness: float | None
    distance: float | None
    entry_line: int | None
    is_test: bool


@dataclass(frozen=True, slots=True)
class Component:
    """A folder or a file of the code base, as large as makes a readable picture.

    The measures are those of `Module`; Ca and Ce count modules outside that depend on modules
    inside, and modules inside that depend on modules outside, as Martin defines them, while
    ``fan_in`` and ``fan_out`` count components.
    """

    path: str
    label: str
    files: int
    lines: int
    layer: int
    fan_in: int
    fan_out: int
    instability: float | None
    abstractness: float | None
    distance: float | None
    entry_points: int


@dataclass(frozen=True, slots=True, order=True)
class ComponentDependency:
    """``imports`` counts pairs of modules; ``path`` and ``line`` are the first of them."""

    source: str
    target: str
    imports: int
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Cycle:
    """Modules (or components) that all depend on each other, and what to cut to end that.

    ``breaks`` is a small set of dependencies without which no cycle is left among the members.
    The smallest is NP-hard to find; this one has no dependency that could be left in it.
    ``example`` is a shortest cycle: its last member depends on its first.
    """

    members: tuple[str, ...]
    example: tuple[str, ...]
    breaks: tuple[Dependency, ...]


@dataclass(frozen=True, slots=True, order=True)
class Violation:
    """A dependency against the direction that most imports between components have.

    ``imports`` counts those that make it, ``against`` those of the weakest step on the shortest
    way back, which are more.
    """

    source: str
    target: str
    imports: int
    against: int
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class ModuleGraph:
    """All of it, every tuple sorted by paths. Test modules have dependencies, but no component.

    ``cycles`` are those of imports at run time, ``deferred_cycles`` those that exist only by
    imports inside functions or for types. ``external`` counts imports that lead out of the code
    base.
    """

    modules: tuple[Module, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    components: tuple[Component, ...] = ()
    component_dependencies: tuple[ComponentDependency, ...] = ()
    cycles: tuple[Cycle, ...] = ()
    deferred_cycles: tuple[Cycle, ...] = ()
    component_cycles: tuple[tuple[str, ...], ...] = ()
    violations: tuple[Violation, ...] = ()
    external: int = 0


def graph_of(data: Mapping[str, Any]) -> ModuleGraph:
    """The graph out of what ``dataclasses.asdict`` and JSON made of it.

    Raises:
        ValueError: it is none, or another version's.
    """
    try:
        return msgspec.convert(data, ModuleGraph)
    except msgspec.ValidationError as error:
        raise ValueError(f"no module graph: {error}") from error


def last_name(path: str) -> str:
    """The last part of a path."""
    return path.rpartition("/")[2]


def folder_of(path: str) -> str:
    """All but the last part of a path, nothing for one at the root."""
    return path.rpartition("/")[0]


def stem_of(path: str) -> str:
    """A path without the extension of its last part."""
    folder, slash, name = path.rpartition("/")
    return f"{folder}{slash}{name.partition('.')[0] or name}"


def sorted_files(files: Sequence[SourceFile]) -> list[SourceFile]:
    """By path, each path once."""
    return [file for _, file in sorted({file.path: file for file in files}.items())]
