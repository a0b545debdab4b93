"""JavaScript and TypeScript: relative paths, path aliases, packages of the same workspace."""

from __future__ import annotations

from collections.abc import Iterator

from apps.singularity.patterns.engine.architecture.model import Package, folder_of
from apps.singularity.patterns.engine.architecture.resolve.index import FileIndex, ancestors, join
from apps.singularity.patterns.engine.facts import Import

LANGUAGES = ("javascript", "typescript", "tsx", "vue", "svelte", "astro")
_EXTENSIONS = (
    *("", ".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs"),
    *(".vue", ".svelte", ".astro", ".d.ts"),
)
_WRITTEN = {".js": (".ts", ".tsx"), ".jsx": (".tsx",), ".mjs": (".mts",), ".cjs": (".cts",)}
_DEFAULT_ALIASES = ("@/", "~/", "#/", "@@/", "~~/", "$lib/")
_ENTRY_FOLDERS = ("", "src", "lib", "source", "dist")


class JavaScriptResolver:
    """Looks up files as Node and the bundlers do."""

    def __init__(self, index: FileIndex) -> None:
        self._files = {path for path, file in index.files.items() if file.language in LANGUAGES}
        packages = [package for package in index.packages if package.ecosystem == "npm"]
        self._packages = {package.name: package for package in packages if package.name}
        self._roots = {package.folder for package in packages} | {""}
        self._aliases = [pair for package in packages for pair in package.aliases]
        self._known: dict[tuple[str, str], str | None] = {}

    def resolve(self, path: str, imported: Import) -> list[str]:
        """The file that a specifier names, if it is one of the code base."""
        key = (folder_of(path), imported.module)
        if key not in self._known:
            places = self._places(path, imported.module.partition("?")[0])
            self._known[key] = next((f for place in places if (f := self._file(place))), None)
        found = self._known[key]
        return [found] if found else []

    def _places(self, path: str, module: str) -> Iterator[str | None]:
        """Where the module may stand, best first, without extension."""
        if module.startswith("."):
            yield join(folder_of(path), module)
            return
        for prefix, folder in self._aliases:
            if module.startswith(prefix):
                yield join(folder, module.removeprefix(prefix))
        for prefix in _DEFAULT_ALIASES:
            if module.startswith(prefix):
                yield from self._under_roots(path, module.removeprefix(prefix))
        yield from self._in_workspace(module)
        yield from (join(root, module) for root in self._roots_of(path) if "/" in module)

    def _under_roots(self, path: str, inner: str) -> Iterator[str | None]:
        for root in self._roots_of(path):
            for folder in ("src", "", "app", "src/lib"):
                yield join(root, f"{folder}/{inner}")

    def _roots_of(self, path: str) -> Iterator[str]:
        yield from (folder for folder in ancestors(path) if folder in self._roots)

    def _in_workspace(self, module: str) -> Iterator[str | None]:
        parts = module.split("/")
        size = 2 if module.startswith("@") else 1
        package = self._packages.get("/".join(parts[:size]))
        if package is not None:
            yield from _in_package(package, "/".join(parts[size:]))

    def _file(self, place: str | None) -> str | None:
        if place is None:
            return None
        for candidate in _candidates(place):
            if candidate in self._files:
                return candidate
        return None


def _in_package(package: Package, inner: str) -> Iterator[str | None]:
    for folder in _ENTRY_FOLDERS:
        yield join(package.folder, f"{folder}/{inner or 'index'}")
    if not inner:
        yield join(package.folder, "src/main")


def _candidates(place: str) -> Iterator[str]:
    for extension in _EXTENSIONS:
        yield f"{place}{extension}"
    for written, meant in _WRITTEN.items():
        if place.endswith(written):
            yield from (f"{place.removesuffix(written)}{extension}" for extension in meant)
    for extension in _EXTENSIONS[1:]:
        yield f"{place}/index{extension}" if place else f"index{extension}"
