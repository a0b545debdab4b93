"""What files and folders there are, to look imports up in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from apps.singularity.patterns.engine.architecture.model import (
    Package,
    SourceFile,
    folder_of,
    last_name,
    stem_of,
)


class FileIndex:
    """All source files by path, by last name, and by the symbols that they define."""

    def __init__(self, files: Sequence[SourceFile], packages: Sequence[Package]) -> None:
        self.files = {file.path: file for file in files}
        self.packages = sorted(packages, key=lambda package: package.path)
        self.folders = set(_folders(self.files))
        self._by_name: dict[str, list[str]] = defaultdict(list)
        self._folders_by_name: dict[str, list[str]] = defaultdict(list)
        for path in sorted(self.files):
            self._by_name[last_name(stem_of(path)).lower()].append(path)
        for folder in sorted(self.folders):
            self._folders_by_name[last_name(folder).lower()].append(folder)

    def nearest_file(
        self, parts: Sequence[str], origin: str, languages: Iterable[str]
    ) -> str | None:
        """The file whose path without extension ends in ``parts``, whatever their case.

        Of several, the one that shares most folders with ``origin``, then the shortest, then the
        first by name.
        """
        wanted = "/".join(parts).lower()
        spoken = frozenset(languages)
        found = [
            path
            for path in self._by_name.get(parts[-1].lower(), ())
            if self.files[path].language in spoken and _ends_in(stem_of(path).lower(), wanted)
        ]
        return nearest(found, origin)

    def nearest_folder(self, parts: Sequence[str], origin: str) -> str | None:
        """The folder whose path ends in ``parts``, chosen as in `nearest_file`."""
        wanted = "/".join(parts).lower()
        found = [
            folder
            for folder in self._folders_by_name.get(parts[-1].lower(), ())
            if _ends_in(folder.lower(), wanted)
        ]
        return nearest(found, origin)

    def all_ending(self, name: str) -> list[str]:
        """The files whose path ends in ``name``, extension included."""
        stem = last_name(stem_of(name)).lower()
        return [path for path in self._by_name.get(stem, ()) if _ends_in(path, name)]


def nearest(paths: Sequence[str], origin: str) -> str | None:
    """Of ``paths``, the one that shares most folders with ``origin``; None of none."""
    if len(paths) < 2:
        return paths[0] if paths else None
    near = folder_of(origin).split("/")
    return min(paths, key=lambda path: (-_shared(path.split("/"), near), len(path), path))


def ancestors(path: str) -> Iterator[str]:
    """The folder of a path, that folder's, and so on, down to the root (an empty string)."""
    while path:
        path = folder_of(path)
        yield path


def join(folder: str, relative: str) -> str | None:
    """A relative path seen from ``folder``, tidied; None where it leads out of the code base."""
    parts = [part for part in folder.split("/") if part]
    for part in relative.split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def _folders(paths: Iterable[str]) -> Iterator[str]:
    seen = {""}
    for path in paths:
        for folder in ancestors(path):
            if folder in seen:
                break
            seen.add(folder)
            yield folder


def _ends_in(path: str, end: str) -> bool:
    return path == end or path.endswith(f"/{end}")


def _shared(left: Sequence[str], right: Sequence[str]) -> int:
    count = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        count += 1
    return count
