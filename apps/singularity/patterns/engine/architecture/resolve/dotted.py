"""Languages whose imports name a type or a namespace, which stands in a folder of that name.

Java, Kotlin, Scala, C#, PHP, Elixir, Haskell, OCaml, Erlang, Swift. A namespace is looked up by
its end: the longest that is a file or a folder, at least two parts or one of a known package.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from apps.singularity.patterns.engine.architecture.model import SourceFile, folder_of, last_name
from apps.singularity.patterns.engine.architecture.resolve.index import FileIndex, join, nearest
from apps.singularity.patterns.engine.facts import Import

JVM = ("java", "kotlin", "scala")
FOLDER_LANGUAGES = ("csharp", "swift")
BY_SYMBOL = ("elixir", "haskell", "erlang", "ocaml", "ocaml_interface", "php")
LANGUAGES = (*JVM, *FOLDER_LANGUAGES, *BY_SYMBOL)
_SEPARATOR = re.compile(r"[.\\/:]+")
_LARGEST_PACKAGE = 20
_UNDERSCORE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class DottedResolver:
    """Looks up a dotted name by the symbols that files define, then by their paths."""

    def __init__(self, index: FileIndex) -> None:
        self._index = index
        self._symbols: dict[str, list[str]] = defaultdict(list)
        self._in_folder: dict[str, list[str]] = defaultdict(list)
        for path, file in sorted(index.files.items()):
            if file.language in LANGUAGES:
                self._in_folder[folder_of(path)].append(path)
                for symbol in _top_level(file):
                    self._symbols[symbol].append(path)
        self._aliases = [pair for p in index.packages for pair in p.aliases]
        self._known: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}

    def resolve(self, path: str, imported: Import) -> list[str]:
        """Files, or the folder in languages that import folders."""
        key = (folder_of(path), imported.module, imported.names)
        if key not in self._known:
            self._known[key] = self._find(path, imported)
        return self._known[key]

    def _find(self, path: str, imported: Import) -> list[str]:
        language = self._index.files[path].language
        parts = [part for part in _SEPARATOR.split(imported.module.removeprefix("static ")) if part]
        if not parts:
            return []
        if language in FOLDER_LANGUAGES:
            folder = self._folder(parts, path, language)
            return [folder] if folder is not None else []
        if language in JVM:
            return self._jvm(path, parts, imported.names)
        spoken = (language,) if not language.startswith("ocaml") else ("ocaml", "ocaml_interface")
        wholes = [[*parts, name] for name in imported.names if name != "*"]
        found = [file for whole in wholes if (file := self._symbol(whole, path, spoken))]
        own = self._symbol(parts, path, spoken)
        return found or ([own] if own else [])

    def _jvm(self, path: str, parts: list[str], names: Sequence[str]) -> list[str]:
        """``com.x.Name``, ``com.x.Name.member``, ``com.x.function`` or ``com.x.*``."""
        wildcard = parts[-1] in ("*", "_") or "*" in names or "_" in names
        if parts[-1] in ("*", "_"):
            parts = parts[:-1]
        wholes = [[*parts, name] for name in names if name not in ("*", "_")] or [parts]
        found = [file for whole in wholes for file in self._jvm_member(path, whole)]
        if found or not wildcard:
            return found
        folder = self._index.nearest_folder(parts, path) if len(parts) > 1 else None
        inside = self._in_folder.get(folder, []) if folder else []
        return inside if len(inside) <= _LARGEST_PACKAGE else []

    def _jvm_member(self, path: str, parts: list[str]) -> list[str]:
        for end in range(len(parts), 1, -1):
            file = self._index.nearest_file(parts[:end], path, JVM)
            if file:
                return [file]
        folder = self._index.nearest_folder(parts[:-1], path) if len(parts) > 2 else None
        defining = [f for f in self._symbols.get(parts[-1], ()) if folder_of(f) == folder]
        return defining[:1]

    def _symbol(self, parts: list[str], path: str, languages: Sequence[str]) -> str | None:
        """The file that defines the name, or is called like it."""
        name = ".".join(parts)
        spoken = set(languages)
        defining = [
            f for f in self._symbols.get(name, ()) if self._index.files[f].language in spoken
        ]
        if defining:
            return nearest(defining, path)
        return next(
            (f for way in self._spellings(parts) if (f := self._at(way, path, spoken))), None
        )

    def _at(self, parts: list[str], path: str, languages: set[str]) -> str | None:
        return self._index.nearest_file(parts, path, languages)

    def _spellings(self, parts: list[str]) -> Iterator[list[str]]:
        """The name as a path: through a declared prefix, as written, then with its first part cut.

        A single word is taken only as it is: it would match by chance.
        """
        name = "\\".join(parts)
        for prefix, folder in self._aliases:
            if name.startswith(prefix):
                yield [*filter(None, folder.split("/")), *name.removeprefix(prefix).split("\\")]
        yield parts
        underscored = [_UNDERSCORE.sub("_", part).lower() for part in parts]
        yield underscored
        if len(parts) > 2:
            yield parts[1:]
            yield underscored[1:]

    def _folder(self, parts: list[str], path: str, language: str) -> str | None:
        """A namespace's folder: its first parts may be the project's and no folder."""
        whole = ".".join(parts)
        for start in range(len(parts)):
            rest = parts[start:]
            folder = self._index.nearest_folder(rest, path) or self._index.nearest_folder(
                [".".join(parts[: start + 1]), *parts[start + 1 :]], path
            )
            enough = start == 0 or len(rest) > 1 or self._is_own(parts[0], path)
            if folder and enough and self._speaks(folder, language):
                return folder
        dotted = self._index.nearest_folder([whole], path)
        return dotted if dotted and self._speaks(dotted, language) else None

    def _is_own(self, first: str, path: str) -> bool:
        """Whether a namespace begins like a folder above the importing file."""
        return any(part.partition(".")[0].lower() == first.lower() for part in path.split("/"))

    def _speaks(self, folder: str, language: str) -> bool:
        return any(
            self._index.files[f].language == language for f in self._in_folder.get(folder, ())
        )


def _top_level(file: SourceFile) -> Iterator[str]:
    """Symbols that an import can name; Elixir's modules are types with their full name."""
    for type_ in file.types:
        yield type_.symbol
    if file.language in JVM:
        yield from (function.symbol for function in file.functions if "." not in function.symbol)
    if file.language == "erlang":
        yield last_name(join("", file.path) or "").partition(".")[0]
