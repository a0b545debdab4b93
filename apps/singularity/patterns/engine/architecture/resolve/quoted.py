"""Languages whose imports are paths: C, C++, Ruby, Lua, shell, protobuf, style sheets, HTML."""

from __future__ import annotations

import re

from apps.singularity.patterns.engine.architecture.model import folder_of, stem_of
from apps.singularity.patterns.engine.architecture.resolve.index import FileIndex, join, nearest
from apps.singularity.patterns.engine.facts import Import

LANGUAGES = (
    *("c", "cpp", "cuda", "objc", "ruby", "lua", "bash", "proto", "css", "scss", "less", "html"),
    "erlang",
)
_EXTENSIONS = {
    "ruby": (".rb", ""),
    "lua": (".lua", "/init.lua", ""),
    "css": ("", ".css"),
    "scss": ("", ".scss", ".css"),
    "less": ("", ".less"),
    "erlang": ("", ".erl"),
}
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class QuotedResolver:
    """Looks a path up beside the importing file, then as the end of any file's path."""

    def __init__(self, index: FileIndex) -> None:
        self._index = index
        self._known: dict[tuple[str, str], str | None] = {}

    def resolve(self, path: str, imported: Import) -> list[str]:
        """The file, if it is one of the code base; ``<stdio.h>`` only with a folder in it."""
        key = (folder_of(path), imported.module)
        if key not in self._known:
            self._known[key] = self._find(path, imported.module)
        found = self._known[key]
        return [found] if found else []

    def _find(self, path: str, module: str) -> str | None:
        language = self._index.files[path].language
        system = module.startswith("<")
        name = module.strip("\"'<> ")
        if system and "/" not in name:
            return None
        if language == "lua" and "/" not in name:
            name = name.replace(".", "/")
        if language == "ruby" and "::" in name:
            name = _WORD.sub("_", name.replace("::", "/")).lower()
        return self._beside(path, name, language) or self._anywhere(path, name, language)

    def _beside(self, path: str, name: str, language: str) -> str | None:
        place = join(folder_of(path), name)
        ends = _EXTENSIONS.get(language, ("",))
        return next((f"{place}{e}" for e in ends if f"{place}{e}" in self._index.files), None)

    def _anywhere(self, path: str, name: str, language: str) -> str | None:
        """Include paths are not known: any file that ends so, the nearest to the including one."""
        if name.startswith("."):
            return None
        parts = [part for part in stem_of(name).split("/") if part]
        if not parts or (language == "ruby" and len(parts) == 1 and not _in_lib(path)):
            return None
        found = self._index.nearest_file(parts, path, LANGUAGES)
        if found is None or language in ("ruby", "lua"):
            return found
        ending = [f for f in self._index.all_ending(name) if self._speaks(f)]
        return nearest(ending, path)

    def _speaks(self, path: str) -> bool:
        return self._index.files[path].language in LANGUAGES


def _in_lib(path: str) -> bool:
    return "lib" in path.split("/")[:-1]
