"""Which names a code base itself is imported by, told from its paths."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePosixPath

from apps.singularity.patterns.engine.names.import_names import camel

_SOURCE_FOLDERS = ("src", "lib", "python")
_JVM = re.compile(r"(?:^|/)src/(?:main|test)/(?:java|kotlin|scala)/(.+)/[^/]+\.(?:java|kt|scala)$")
_CRATE = re.compile(r"(?:^|/)([^/]+)/(?:src/)(?:lib|main)\.rs$")
_RUBY = re.compile(r"(?:^|/)lib/([^/]+?)(?:\.rb$|/.*\.rb$)")
_ELIXIR = re.compile(r"(?:^|/)lib/([^/]+?)(?:\.exs?$|/.*\.exs?$)")
_ERLANG = re.compile(r"(?:^|/)src/(?:.*/)?([^/]+)\.erl$")
_LUA = re.compile(r"^(?:lua/|src/)?([^/.]+)(?:\.lua|/.*\.lua)$")
_HASKELL = re.compile(r"(?:^|/)((?:[A-Z]\w*/)*[A-Z]\w*)\.hs$")


def first_party(paths: Iterable[str]) -> dict[str, set[str]]:
    """Purl type -> roots of the code base's own modules.

    Only what is importable from the top counts, or from below `src/` and its like: a file
    `types.py` deep in a package is no module `types`.
    """
    roots: dict[str, set[str]] = {}
    for path in paths:
        for kind, root in _roots(path):
            roots.setdefault(kind, set()).add(root)
    return roots


def _roots(path: str) -> Iterator[tuple[str, str]]:
    suffix = path[path.rfind(".") :]
    if suffix in {".py", ".pyi"}:
        yield from (("pypi", root) for root in _python(path))
    elif suffix in {".java", ".kt", ".scala"}:
        if match := _JVM.search(path):
            yield "maven", match[1].replace("/", ".")
    elif rule := _SIMPLE.get(suffix):
        kind, pattern, spelling = rule
        if match := pattern.search(path):
            yield kind, spelling(match[1])


def _python(path: str) -> Iterator[str]:
    """The top-level module or package that a file is in."""
    parts = PurePosixPath(path).parts
    if len(parts) > 1 and parts[0] in _SOURCE_FOLDERS:
        parts = parts[1:]
    root = parts[0].rpartition(".")[0] if len(parts) == 1 else parts[0]
    if root.isidentifier() and root not in {"setup", "conftest"}:
        yield root


_SIMPLE: dict[str, tuple[str, re.Pattern[str], Callable[[str], str]]] = {
    ".rs": ("cargo", _CRATE, lambda name: name.replace("-", "_")),
    ".rb": ("gem", _RUBY, camel),
    ".ex": ("hex", _ELIXIR, camel),
    ".erl": ("hex", _ERLANG, str),
    ".lua": ("luarocks", _LUA, str),
    ".hs": ("hackage", _HASKELL, lambda name: name.replace("/", ".")),
}
