"""Which folders make the picture: split the largest until there are enough parts to see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from apps.singularity.patterns.engine.architecture.model import folder_of
from apps.singularity.patterns.engine.architecture.resolve.index import ancestors

ENOUGH = 10
"""With so many components, only one that holds more than half of all lines is split further."""
FEW = 4
"""With so many, a folder without folders stays whole instead of falling into its modules."""
LIMIT = 40
"""More than these cannot be read in one picture."""
ROOT = "."


def components_of(lines: Mapping[str, int]) -> dict[str, str]:
    """Module path -> component path, by the lines of each module.

    A component is a folder with all below it, a single module, or, where folders below it are
    components of their own, the modules that stand directly in a folder.
    """
    tree = _Tree(lines)
    parts = {ROOT}
    while (folder := tree.next_split(parts)) is not None:
        parts = (parts - {folder}) | tree.pieces(folder, LIMIT + 1 - len(parts))
    return {path: _component(path, parts) for path in lines}


class _Tree:
    """Folders with their modules and the lines below them; "." is the root."""

    def __init__(self, lines: Mapping[str, int]) -> None:
        self._lines = lines
        self.size: dict[str, int] = defaultdict(int)
        self._inside: dict[str, set[str]] = defaultdict(set)
        for path in sorted(lines):
            self.size[path] += lines[path]
            if path != ROOT:
                self._inside[_parent(path)].add(path)
                for folder in map(_named, ancestors(path)):
                    self.size[folder] += lines[path]
        for folder in sorted(self._inside.copy()):
            self._link(folder)
        self._whole = max(self.size.get(ROOT, 0), 1)
        self._split: set[str] = set()

    def _link(self, folder: str) -> None:
        while folder != ROOT:
            parent = _parent(folder)
            self._inside[parent].add(folder)
            folder = parent

    def next_split(self, parts: set[str]) -> str | None:
        """The largest part that can be split, if one should be."""
        for part in sorted(parts - self._split, key=lambda part: (-self.size[part], part)):
            if len(parts) >= ENOUGH and self.size[part] * 2 <= self._whole:
                return None
            inside = self.children(part)
            has_folders = not self._inside.keys().isdisjoint(inside - {part})
            if inside and len(parts) < LIMIT and (has_folders or len(parts) < FEW):
                self._split.add(part)
                return part
        return None

    def pieces(self, folder: str, room: int) -> set[str]:
        """What a folder falls into; where there is no room for all, the largest and the rest."""
        inside = self.children(folder)
        if len(inside) <= room:
            return inside
        largest = sorted(inside - {folder}, key=lambda path: (-self.size[path], path))
        return {folder, *largest[: room - 1]}

    def children(self, folder: str) -> set[str]:
        """What a folder falls into: its folders, and its modules as one part.

        A folder without folders falls into its modules. One that is a module itself (as in Go)
        stays, beside those inside it.
        """
        inside = self._inside.get(folder, set())
        folders = {path for path in inside if path in self._inside}
        if not folders:
            return inside | {folder} if inside and folder in self._lines else set(inside)
        return folders | ({folder} if inside - folders or folder in self._lines else set())


def _component(path: str, parts: set[str]) -> str:
    if path in parts:
        return path
    return next(folder for folder in map(_named, ancestors(path)) if folder in parts)


def _parent(path: str) -> str:
    return _named(folder_of(path))


def _named(folder: str) -> str:
    return folder or ROOT
