"""Source files as the reading of a code base gives them, written in one line each."""

from __future__ import annotations

from pathlib import PurePosixPath

from apps.singularity.patterns.engine.architecture import SourceFile
from apps.singularity.patterns.engine.facts import Import, TypeDefinition

_LANGUAGES = {
    "py": "python",
    "js": "javascript",
    "jsx": "javascript",
    "ts": "typescript",
    "tsx": "tsx",
    "go": "go",
    "rs": "rust",
    "java": "java",
    "kt": "kotlin",
    "cs": "csharp",
    "rb": "ruby",
    "php": "php",
    "c": "c",
    "h": "c",
    "cpp": "cpp",
    "ex": "elixir",
    "lua": "lua",
    "sh": "bash",
    "hs": "haskell",
    "proto": "proto",
}


def source(path: str, *imports: str | Import, lines: int = 10, types: str = "") -> SourceFile:
    """A file at ``path``; an import is ``module`` or ``module: name, name``, one a line.

    ``types`` are ``Name`` or ``Name(Base)``, separated by spaces.
    """
    return SourceFile(
        path=path,
        language=_LANGUAGES[PurePosixPath(path).suffix[1:]],
        lines=lines,
        imports=tuple(
            written if isinstance(written, Import) else imported(written, line)
            for line, written in enumerate(imports, start=1)
        ),
        types=tuple(_type(written) for written in types.split()),
    )


def imported(
    written: str, line: int = 1, *, deferred: bool = False, typing: bool = False
) -> Import:
    """An import as `source` writes it."""
    module, _, names = written.partition(": ")
    taken = tuple(name.strip() for name in names.split(",") if name.strip())
    return Import(module, taken, line, deferred, typing)


def _type(written: str) -> TypeDefinition:
    name, _, bases = written.rstrip(")").partition("(")
    return TypeDefinition(name, "class", 1, 2, tuple(filter(None, bases.split(","))))
