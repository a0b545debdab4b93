"""Imported modules: which rule they belong to, and which are the code base's own."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from apps.singularity.patterns.engine.facts import Import
from apps.singularity.patterns.engine.frameworks.model import Rule

_FAMILIES = {
    "typescript": "javascript",
    "tsx": "javascript",
    "vue": "javascript",
    "svelte": "javascript",
    "kotlin": "java",
    "scala": "java",
    "groovy": "java",
    "cpp": "c",
}
_SEPARATORS = {"javascript": "/", "go": "/", "ruby": "/", "c": "/", "rust": "::", "php": "\\"}
ECOSYSTEMS = {
    "python": "pypi",
    "javascript": "npm",
    "go": "golang",
    "rust": "cargo",
    "java": "maven",
    "ruby": "gem",
    "elixir": "hex",
}
"""Where the packages of a family of languages come from."""
_PYTHON_SOURCES = ("", "src/", "lib/", "python/")
_SOURCES = {"java": (".java", ".kt", ".scala", ".groovy"), "ruby": (".rb",)}


def family_of(language: str) -> str:
    """The language that a rule names for it: TypeScript imports what JavaScript does."""
    return _FAMILIES.get(language, language)


class ModuleIndex:
    """Finds the rules of an import by their prefixes."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules: dict[tuple[str, str], list[str]] = {}
        for rule in rules:
            for language, prefixes in rule.imports.items():
                for prefix in prefixes:
                    self._rules.setdefault((language, prefix), []).append(rule.key)

    def rules_of(self, family: str, imported: Import) -> Iterator[tuple[str, str]]:
        """Keys of the rules, each with the prefix that told it."""
        for prefix in dict.fromkeys(_prefixes(family, imported)):
            for key in self._rules.get((family, prefix), ()):
                yield key, prefix


def _prefixes(family: str, imported: Import) -> Iterator[str]:
    """`a.b` with member `c`: a, a.b, a.b.c."""
    separator = _SEPARATORS.get(family, ".")
    module = imported.module.strip('<>"')
    if module.startswith("."):
        return
    parts = module.split(separator)
    for end in range(1, len(parts) + 1):
        yield separator.join(parts[:end])
    for name in imported.names:
        yield f"{module}{separator}{name}"


class OwnModules:
    """Tells imports of the code base's own modules, by its paths and the packages it publishes."""

    def __init__(self, paths: Iterable[str], own: Collection[str], name: str = "") -> None:
        self._paths = frozenset(paths)
        self._by_name: dict[str, list[str]] = {}
        for path in self._paths:
            self._by_name.setdefault(path.rpartition("/")[2], []).append(path)
        self._python = _python_roots(self._paths)
        if "__init__.py" in self._paths and name:
            self._python.add(name)  # the root is a package itself
        self._own = own
        self._known: dict[tuple[str, str], bool] = {}

    def has(self, family: str, module: str) -> bool:
        """Whether `module` of a language is first-party code."""
        key = (family, module)
        if key not in self._known:
            self._known[key] = self._has(family, module.strip('<>"'))
        return self._known[key]

    def _has(self, family: str, module: str) -> bool:
        if family == "python":
            return self._has_python(module)
        if family == "go":
            return _begins(self._own, "golang/", module.lower(), "/")
        if family == "javascript":
            return module.startswith(".") or _begins(self._own, "npm/", module.lower(), "/")
        if family == "rust":
            crate = module.partition("::")[0].lower()
            return crate in ("crate", "self", "super") or any(
                f"cargo/{spelled}" in self._own for spelled in (crate, crate.replace("_", "-"))
            )
        if family in ("java", "ruby"):
            file = module.replace(".", "/") if family == "java" else module
            return self._ends_with(f"/{file}", _SOURCES[family])
        return family == "c" and module in self._paths

    def _has_python(self, module: str) -> bool:
        """In a package or module of the top level, or as a file below a folder without package."""
        if module.startswith(".") or module.partition(".")[0] in self._python:
            return True
        file = module.replace(".", "/") + ".py"
        return any(f"{source}{file}" in self._paths for source in _PYTHON_SOURCES)

    def _ends_with(self, file: str, suffixes: tuple[str, ...]) -> bool:
        wanted = tuple(file + suffix for suffix in suffixes)
        name = file.rpartition("/")[2]
        candidates = (one for suffix in suffixes for one in self._by_name.get(name + suffix, ()))
        return any(f"/{path}".endswith(wanted) for path in candidates)


def _begins(own: Collection[str], kind: str, module: str, separator: str) -> bool:
    parts = module.split(separator)
    return any(kind + separator.join(parts[:end]) in own for end in range(1, len(parts) + 1))


def _python_roots(paths: frozenset[str]) -> set[str]:
    """Top-level modules: in the root, in `src` and the like, and packages wherever they lie.

    A folder without Python is none: `django/Dockerfile` makes no module `django`.
    """
    python = [path for path in paths if path.endswith(".py")]
    packages = {path.rpartition("/")[0] for path in python if path.endswith("/__init__.py")}
    roots = {
        package.rpartition("/")[2]
        for package in packages
        if package.rpartition("/")[0] not in packages
    }
    for path in python:
        source = next(source for source in reversed(_PYTHON_SOURCES) if path.startswith(source))
        first, _, below = path.removeprefix(source).partition("/")
        if not below:
            roots.add(first.removesuffix(".py"))
        elif source:
            roots.add(first)
    return roots - {"__init__"}
