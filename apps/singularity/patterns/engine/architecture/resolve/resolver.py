"""One resolver for all languages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from apps.singularity.patterns.engine.architecture.model import Package, SourceFile, folder_of
from apps.singularity.patterns.engine.architecture.resolve import (
    dotted,
    golang,
    javascript,
    python,
    quoted,
    rust,
)
from apps.singularity.patterns.engine.architecture.resolve.index import FileIndex
from apps.singularity.patterns.engine.facts import Import

_FOLDER_UNITS = frozenset({*golang.LANGUAGES, *dotted.FOLDER_LANGUAGES})
ROOT_FOLDER = "."


class LanguageResolver(Protocol):
    """Finds what an import of one language leads to."""

    def resolve(self, path: str, imported: Import) -> list[str]:
        """Paths of files, or of folders in languages that import folders."""


class Resolver:
    """Resolves any file's imports to modules of the code base."""

    def __init__(self, files: Sequence[SourceFile], packages: Sequence[Package]) -> None:
        self._index = FileIndex(files, packages)
        self._by_language: dict[str, LanguageResolver] = {}
        for kind, languages in (
            (quoted.QuotedResolver, quoted.LANGUAGES),
            (dotted.DottedResolver, dotted.LANGUAGES),
            (python.PythonResolver, python.LANGUAGES),
            (javascript.JavaScriptResolver, javascript.LANGUAGES),
            (golang.GoResolver, golang.LANGUAGES),
            (rust.RustResolver, rust.LANGUAGES),
        ):
            resolver = kind(self._index)
            self._by_language |= dict.fromkeys(languages, resolver)
        self._quoted = self._by_language["c"]

    def resolve(self, path: str, imported: Import) -> list[str]:
        """The modules that the import leads to, each once, none of them ``path``'s own.

        Empty for what is outside the code base, or the module itself.
        """
        resolver = self._by_language.get(self._index.files[path].language)
        if resolver is None:
            return []
        if imported.module.startswith('"'):
            resolver = self._quoted
        return list(
            dict.fromkeys(found or ROOT_FOLDER for found in resolver.resolve(path, imported))
        )


def unit_of(file: SourceFile) -> str:
    """The module that a file belongs to: itself, or its folder where folders are imported."""
    if file.language in _FOLDER_UNITS:
        return folder_of(file.path) or ROOT_FOLDER
    return file.path
