"""Rust: paths from the crate, from the module itself, from its parent, and between crates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from apps.singularity.patterns.engine.architecture.model import folder_of, last_name
from apps.singularity.patterns.engine.architecture.resolve.index import FileIndex, ancestors
from apps.singularity.patterns.engine.facts import Import

LANGUAGES = ("rust",)
_CRATE_FILES = frozenset({"lib.rs", "main.rs"})
_SINGLE = frozenset({"bin", "examples", "tests", "benches"})


class RustResolver:
    """Looks up the file of the longest prefix of a path that is a module."""

    def __init__(self, index: FileIndex) -> None:
        self._files = {path for path, file in index.files.items() if file.language == "rust"}
        self._crates = {
            folder_of(path) for path in self._files if last_name(path) in _CRATE_FILES
        } | {folder_of(path) for path in self._files if last_name(folder_of(path)) in _SINGLE}
        self._by_name = dict(self._named(index))

    def resolve(self, path: str, imported: Import) -> list[str]:
        """One file for each member taken that is a module of its own, else the module's."""
        module = imported.module.removeprefix("mod ").strip("; ").removeprefix("::")
        parts = [part.removeprefix("r#") for part in module.split("::") if part]
        found = [
            self._path(path, [*parts, name] if name != "*" else parts)
            for name in imported.names or ("*",)
        ]
        return [file for file in found if file]

    def _named(self, index: FileIndex) -> Iterator[tuple[str, str]]:
        """Name of a crate as code writes it -> the folder of its root file."""
        for crate in sorted(self._crates):
            if last_name(crate) == "src":
                yield last_name(folder_of(crate)).replace("-", "_"), crate
        for package in index.packages:
            root = f"{package.folder}/src".lstrip("/")
            if package.ecosystem == "cargo" and package.name and root in self._crates:
                yield package.name.replace("-", "_"), root

    def _path(self, path: str, parts: Sequence[str]) -> str | None:
        if not parts:
            return None
        first, *rest = parts
        if first == "crate":
            return self._longest(self._crate_of(path), rest)
        if first in ("self", "super"):
            return self._from_module(_module_folder(path), parts)
        inner = self._file(_module_folder(path), first)
        if inner:
            return self._longest(_module_folder(path), parts)
        if first in self._by_name:
            return self._longest(self._by_name[first], rest)
        return None

    def _from_module(self, folder: str, parts: Sequence[str]) -> str | None:
        place = list(parts)
        while place and place[0] in ("self", "super"):
            folder = folder_of(folder) if place.pop(0) == "super" else folder
        return self._longest(folder, place)

    def _longest(self, folder: str, parts: Sequence[str]) -> str | None:
        found = self._root_file(folder)
        for part in parts:
            file = self._file(folder, part)
            if file is None:
                break
            found, folder = file, f"{folder}/{part}" if folder else part
        return found

    def _crate_of(self, path: str) -> str:
        return next((folder for folder in ancestors(path) if folder in self._crates), "")

    def _root_file(self, folder: str) -> str | None:
        own = (f"{folder}/lib.rs", f"{folder}/main.rs", f"{folder}/mod.rs", f"{folder}.rs")
        return next((file.lstrip("/") for file in own if file.lstrip("/") in self._files), None)

    def _file(self, folder: str, name: str) -> str | None:
        base = f"{folder}/{name}" if folder else name
        return next((f for f in (f"{base}.rs", f"{base}/mod.rs") if f in self._files), None)


def _module_folder(path: str) -> str:
    """Where the modules inside the file's own module stand."""
    name = last_name(path)
    if name in _CRATE_FILES or name == "mod.rs" or last_name(folder_of(path)) in _SINGLE:
        return folder_of(path)
    return path.removesuffix(".rs")
