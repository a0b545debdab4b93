"""Go: an import names a folder, under the module path that go.mod declares."""

from __future__ import annotations

from apps.singularity.patterns.engine.architecture.resolve.index import FileIndex, join
from apps.singularity.patterns.engine.facts import Import

LANGUAGES = ("go",)


class GoResolver:
    """Looks up packages; without a go.mod, by the longest end of the import that is a folder."""

    def __init__(self, index: FileIndex) -> None:
        self._folders = {
            path.rpartition("/")[0] for path, file in index.files.items() if file.language == "go"
        }
        modules = [p for p in index.packages if p.ecosystem == "golang" and p.name]
        self._modules = sorted(modules, key=lambda package: -len(package.name))

    def resolve(self, path: str, imported: Import) -> list[str]:
        """The folder of the package."""
        module = imported.module
        if module.startswith("."):
            folder = join(path.rpartition("/")[0], module)
        elif self._modules:
            folder = self._declared(module)
        else:
            folder = self._longest_end(module)
        return [folder] if folder is not None and folder in self._folders else []

    def _declared(self, module: str) -> str | None:
        for package in self._modules:
            if f"{module}/".startswith(f"{package.name}/"):
                return join(package.folder, module.removeprefix(package.name))
        return None

    def _longest_end(self, module: str) -> str | None:
        host, *rest = module.split("/")
        if "." not in host:  # the standard library has no host
            return None
        ends = ("/".join(rest[start:]) for start in range(len(rest)))
        return next((end for end in ends if end in self._folders), None)
