"""Indicators that look at the names of folders and files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import msgspec

from apps.singularity.patterns.engine.architecture.detection.evidence import (
    Evidence,
    matching,
    plain,
)
from apps.singularity.patterns.engine.architecture.model import folder_of


class _Layout(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Names to find.

    Each of ``names`` is one thing in all its spellings (``usecase|use_cases``, with ``*``).
    ``min`` of them must be there, by default all. ``count`` is how many files or folders there
    must be of them together; with ``together`` they must stand side by side, in at least
    ``count`` folders. ``under`` restricts them to those below a folder of such a name.
    """

    names: tuple[str, ...]
    min: int | None = None
    count: int = 1
    together: bool = False
    under: str = ""

    def _places(self, *sources: tuple[Mapping[str, Sequence[str]], bool]) -> list[str] | None:
        found = [
            {
                path
                for places, is_folder in sources
                for path in matching(places, _spelled(name, is_folder=is_folder))
                if self._is_under(path)
            }
            for name in self.names
        ]
        wanted = len(self.names) if self.min is None else self.min
        if self.together:
            return self._side_by_side(found, wanted)
        every = sorted(set().union(*found))
        is_met = sum(map(bool, found)) >= wanted and len(every) >= self.count
        return every if is_met else None

    def _side_by_side(self, found: Sequence[set[str]], wanted: int) -> list[str] | None:
        """The folders that hold enough of the names."""
        holding: dict[str, set[int]] = defaultdict(set)
        for place, paths in enumerate(found):
            for path in paths:
                holding[folder_of(path)].add(place)
        folders = sorted(folder for folder, names in holding.items() if len(names) >= wanted)
        return [folder or "." for folder in folders] if len(folders) >= self.count else None

    def _is_under(self, path: str) -> bool:
        if not self.under:
            return True
        names = {plain(part) for part in folder_of(path).split("/")}
        return not names.isdisjoint(map(plain, self.under.split("|")))


class Folders(_Layout, frozen=True, forbid_unknown_fields=True):
    """Folders; case, hyphens and underscores do not matter."""

    def places(self, evidence: Evidence) -> list[str] | None:
        """The folders, or with ``together`` those that hold them; None if not met."""
        return self._places((evidence.folder_names, True))


class Files(_Layout, frozen=True, forbid_unknown_fields=True):
    """Files, whatever their case."""

    def places(self, evidence: Evidence) -> list[str] | None:
        """The files, or with ``together`` the folders that hold them; None if not met."""
        return self._places((evidence.file_names, False))


class Entries(_Layout, frozen=True, forbid_unknown_fields=True):
    """Files or folders: what is a file in a small project is a folder in a large one."""

    def places(self, evidence: Evidence) -> list[str] | None:
        """The files and folders, or those that hold them; None if not met."""
        return self._places((evidence.file_names, False), (evidence.folder_names, True))


def _spelled(name: str, *, is_folder: bool) -> str:
    return "|".join(plain(way) if is_folder else way.lower() for way in name.split("|"))
