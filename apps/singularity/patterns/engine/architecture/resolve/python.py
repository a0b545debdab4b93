"""Python: absolute imports from any importable root, relative ones, members that are modules.

A root is a folder that is no package itself: the folder of the importing file or one above it, or
any other that holds the package. A code base may also be the inside of a package, whose name then
is in no path: it is the one under which most of its own modules are imported.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from apps.singularity.patterns.engine.architecture.model import folder_of, last_name
from apps.singularity.patterns.engine.architecture.resolve.index import FileIndex, ancestors
from apps.singularity.patterns.engine.facts import Import

LANGUAGES = ("python",)
_SOURCE_FOLDERS = frozenset({"src", "lib", "python"})
_EXTENSIONS = (".py", ".pyi", ".pyx")


class PythonResolver:
    """Looks up modules as the interpreter does, with every folder that could be on its path."""

    def __init__(self, index: FileIndex) -> None:
        self._files = {path: f for path, f in index.files.items() if f.language == "python"}
        self._folders = {folder for path in self._files for folder in ancestors(path)}
        self._packages = {
            folder_of(path) for path in self._files if last_name(path).startswith("__init__.py")
        }
        self._first_names = {last_name(folder) for folder in self._folders} | {
            last_name(path).partition(".")[0] for path in self._files
        }
        self._manifests = {package.folder for package in index.packages}
        self._roots = self._importable_roots()
        self._own_name = self._name_of_root() if "" in self._packages else ""
        self._known: dict[tuple[str, str], str | None] = {}

    def resolve(self, path: str, imported: Import) -> list[str]:
        """The files that are loaded by name; of ``from package import module`` the module's."""
        base = self._base(path, imported.module)
        if base is None:
            return []
        members = [self._file(f"{base}/{name}" if base else name) for name in imported.names]
        own = self._file(base) or self._above(base)
        found = [member or own for member in members] or [own]
        return [file for file in found if file]

    def _base(self, path: str, module: str) -> str | None:
        """The place of a module without its extension, whether or not there is a file."""
        key = (folder_of(path), module)
        if key not in self._known:
            dots = len(module) - len(module.lstrip("."))
            self._known[key] = (
                self._relative(path, dots, module[dots:]) if dots else self._absolute(path, module)
            )
        return self._known[key]

    def _relative(self, path: str, dots: int, module: str) -> str | None:
        folder = folder_of(path)
        for _ in range(dots - 1):
            if not folder:
                return None
            folder = folder_of(folder)
        return "/".join(filter(None, [folder, *module.split(".")]))

    def _absolute(self, path: str, module: str) -> str | None:
        first, _, rest = module.partition(".")
        inner = rest.replace(".", "/")
        if first == self._own_name:
            return inner
        if first not in self._first_names:
            return None
        nearest = None
        for root in self._roots_for(path, first):
            if self._exists(_under(root, first)):
                place = _under(_under(root, first), inner)
                if self._exists(place):
                    return place
                nearest = nearest or place
        return nearest

    def _roots_for(self, path: str, first: str) -> Iterator[str]:
        """Where ``first`` may stand, the nearest to the importing file first."""
        above = [folder for folder in ancestors(path) if folder not in self._packages]
        yield from above
        yield from (root for root in self._roots.get(first, ()) if root not in above)

    def _importable_roots(self) -> dict[str, list[str]]:
        """Name of a top-level module or package -> the folders that hold it."""
        roots: dict[str, list[str]] = defaultdict(list)
        for package in sorted(self._packages):
            if folder_of(package) not in self._packages and package:
                roots[last_name(package)].append(folder_of(package))
        for path in sorted(self._files):
            folder = folder_of(path)
            if folder in self._manifests or last_name(folder) in _SOURCE_FOLDERS:
                roots[last_name(path).partition(".")[0]].append(folder)
        return roots

    def _name_of_root(self) -> str:
        """The name of the package that the code base is the inside of; nothing if none is used."""
        imported = (i.module for file in self._files.values() for i in file.imports)
        named = Counter(
            module.partition(".")[0]
            for module in imported
            if not module.startswith(".") and self._is_inside(module)
        )
        return max(named, key=lambda name: (named[name], name), default="")

    def _is_inside(self, module: str) -> bool:
        """Whether the module is found when its first name stands for the code base itself."""
        inner = module.partition(".")[2].replace(".", "/")
        return bool(inner) and self._exists(inner)

    def _exists(self, place: str) -> bool:
        return place in self._folders or self._file(place) is not None

    def _file(self, place: str) -> str | None:
        for extension in _EXTENSIONS:
            package = f"{place}/__init__{extension}" if place else f"__init__{extension}"
            if package in self._files:
                return package
            if f"{place}{extension}" in self._files:
                return f"{place}{extension}"
        return None

    def _above(self, place: str) -> str | None:
        """What stands for a module that has no file: it is an attribute of one that has."""
        if place in self._folders:
            return None
        return next((file for above in ancestors(place) if (file := self._file(above))), None)


def _under(folder: str, inner: str) -> str:
    return f"{folder}/{inner}" if folder and inner else folder or inner
