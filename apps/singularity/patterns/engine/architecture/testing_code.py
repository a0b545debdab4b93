"""Which files are tests: they depend on everything by purpose, so coupling leaves them out."""

from __future__ import annotations

import re
from collections.abc import Iterable

from apps.singularity.patterns.engine.architecture.model import last_name
from apps.singularity.patterns.engine.architecture.resolve.index import ancestors

_ALWAYS = frozenset(
    {"tests", "__tests__", "__mocks__", "spec", "specs", "e2e", "testdata", "cypress", "fixtures"}
)
_AMBIGUOUS = frozenset({"test", "testing"})
_FILE = re.compile(
    r"^(?:test_.*|conftest|tests?)\.pyi?$"
    r"|_tests?\.(?:py|go|rs|exs|rb|c|cc|cpp|dart)$|_spec\.(?:rb|lua)$"
    r"|\.(?:test|spec|cy|stories)\.[cm]?[jt]sx?$|-test\.[cm]?[jt]s$"
    r"|(?:Tests?|IT|Spec)\.(?:java|kt|scala|cs|php|swift|hs)$|^test_.*\.(?:c|cc|cpp|exs|rb|jl)$"
)


def test_paths(paths: Iterable[str]) -> frozenset[str]:
    """Those of ``paths`` that are tests, by their names and folders.

    A folder called ``test`` may also be a library for testing (as in Django): in Python it holds
    tests if a file in it is named like one.
    """
    every = list(paths)
    by_name = {path for path in every if _FILE.search(last_name(path))}
    holding = {folder for path in by_name for folder in ancestors(path)}
    return frozenset(path for path in every if path in by_name or _in_tests(path, holding))


def _in_tests(path: str, holding: set[str]) -> bool:
    folders = [folder for folder in ancestors(path) if folder]
    if any(last_name(folder).lower() in _ALWAYS for folder in folders):
        return True
    ambiguous = [folder for folder in folders if last_name(folder).lower() in _AMBIGUOUS]
    if not path.endswith(".py"):
        return any(last_name(folder).lower() == "test" for folder in ambiguous)
    return any(folder in holding for folder in ambiguous)
