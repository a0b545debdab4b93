"""All that indicators look at, indexed once for a code base."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import chain

from apps.singularity.patterns.engine.architecture.model import (
    Dependency,
    DependencyKind,
    ModuleGraph,
    Package,
    SourceFile,
    last_name,
)
from apps.singularity.patterns.engine.architecture.resolve.index import ancestors
from apps.singularity.patterns.engine.architecture.testing_code import test_paths
from apps.singularity.patterns.engine.facts import Function, TypeDefinition

_PERIPHERAL = re.compile(
    r"^(?:[^/]+/)?(?:docs?|documentation|examples?|samples?|demos?|benchmarks?|website)/"
    r"|^(?:scripts|tools|\.github)/",
    re.IGNORECASE,
)
Places = dict[str, list[str]]


class Evidence:
    """What is known of a code base, without its tests, documentation and examples.

    ``paths`` are all its paths, source or not. ``frameworks`` are the keys of those that it
    uses, with their categories; see `detection/indicators` for what is asked of it.
    """

    def __init__(
        self,
        files: Sequence[SourceFile],
        graph: ModuleGraph,
        *,
        packages: Sequence[Package] = (),
        frameworks: Mapping[str, str] | None = None,
        paths: Iterable[str] = (),
    ) -> None:
        every = {file.path for file in files} | set(paths)
        tests = test_paths(every)
        self.paths = sorted(
            path for path in every if path not in tests and not _PERIPHERAL.match(path)
        )
        counted = set(self.paths)
        self.files = sorted((f for f in files if f.path in counted), key=lambda file: file.path)
        self.packages = [package for package in packages if package.path not in tests]
        self.frameworks = dict(frameworks or {})
        self.graph = graph

    @cached_property
    def modules(self) -> frozenset[str]:
        """The paths of all modules that are no tests."""
        return frozenset(module.path for module in self.graph.modules if not module.is_test)

    @cached_property
    def binding(self) -> list[Dependency]:
        """Dependencies between them that hold at run time."""
        return [
            d
            for d in self.graph.dependencies
            if d.kind is not DependencyKind.TYPING
            and d.source in self.modules
            and d.target in self.modules
        ]

    @cached_property
    def file_names(self) -> Places:
        """Lower-case name of a file -> paths."""
        return _by_name(self.paths)

    @cached_property
    def folder_names(self) -> Places:
        """Lower-case name of a folder, without its separators -> paths."""
        folders = {folder for path in self.paths for folder in ancestors(path) if folder}
        found: Places = defaultdict(list)
        for folder in sorted(folders):
            found[plain(last_name(folder))].append(folder)
        return found

    @cached_property
    def imported(self) -> Places:
        """Imported module, and each member taken from one -> files."""
        found: Places = defaultdict(list)
        for file in self.files:
            for name in {name for i in file.imports for name in _names(i.module, i.names)}:
                found[name].append(file.path)
        return found

    @cached_property
    def types(self) -> list[tuple[str, TypeDefinition]]:
        """All types with the files that they stand in."""
        return [(file.path, type_) for file in self.files for type_ in file.types]

    @cached_property
    def functions(self) -> list[tuple[str, Function]]:
        """All functions with the files that they stand in."""
        return [(file.path, function) for file in self.files for function in file.functions]

    @cached_property
    def decorators(self) -> Places:
        """Decorator of a function or a type -> files."""
        found: Places = defaultdict(list)
        for file in self.files:
            written = [function.decorators for function in file.functions]
            written += [type_.decorators for type_ in file.types]
            for decorator in chain.from_iterable(written):
                found[decorator].append(file.path)
        return found

    @cached_property
    def calls(self) -> Places:
        """Qualified name of what is called -> files."""
        found: Places = defaultdict(list)
        for path, function in self.functions:
            for name in {call.name for call in function.calls}:
                found[name].append(path)
        return found


@lru_cache(maxsize=65_536)
def plain(name: str) -> str:
    """``use-cases``, ``use_cases`` and ``UseCases`` are the same folder."""
    return name.lower().replace("-", "").replace("_", "").replace(" ", "")


def matching(places: Mapping[str, Sequence[str]], pattern: str) -> Iterator[str]:
    """The places of all names that match: alternatives between bars, with ``*`` and ``?``."""
    for alternative in pattern.split("|"):
        if "*" not in alternative and "?" not in alternative:
            yield from places.get(alternative, ())
        else:
            full = compiled(alternative).fullmatch
            for name in places:
                if full(name):
                    yield from places[name]


@lru_cache(maxsize=4096)
def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern of alternatives, ``*`` and ``?``."""
    ways = (re.escape(way).replace(r"\*", ".*").replace(r"\?", ".") for way in pattern.split("|"))
    return re.compile("|".join(ways), re.DOTALL)


def _by_name(paths: Iterable[str]) -> Places:
    found: Places = defaultdict(list)
    for path in paths:
        found[last_name(path).lower()].append(path)
    return found


def _names(module: str, members: Sequence[str]) -> Iterator[str]:
    yield module
    separator = "::" if "::" in module else "/" if "/" in module else "."
    yield from (f"{module}{separator}{member}" for member in members if member != "*")
