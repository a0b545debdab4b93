"""Which qualified names belong to libraries, and so may be shown to others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from apps.singularity.patterns.engine.names.first_party import first_party
from apps.singularity.patterns.engine.names.import_names import import_names
from apps.singularity.patterns.engine.names.vocabulary import Vocabulary, vocabulary_of

_ECOSYSTEMS = {
    "python": "pypi",
    "javascript": "npm",
    "typescript": "npm",
    "tsx": "npm",
    "go": "golang",
    "rust": "cargo",
    "java": "maven",
    "kotlin": "maven",
    "scala": "maven",
    "ruby": "gem",
    "elixir": "hex",
    "erlang": "hex",
    "php": "composer",
    "csharp": "nuget",
    "swift": "swift",
    "lua": "luarocks",
    "haskell": "hackage",
}
_HEAD = re.compile(r"[^(\[]*")
_MEMBER = re.compile(r"\w+[?!]?")
_SEPARATOR = re.compile(r"::|[./\\:]")
_OWN_SHARE = 0.5
"""A code base that holds this share of a standard library is that library."""

_BUILTIN = "language"
_UNKNOWN = ""


class Libraries:
    """The libraries that a code base knows: those of its languages and those it declares.

    ``packages`` maps purl type -> import root -> purl, ``own`` purl type -> first-party roots.
    """

    def __init__(
        self, packages: Mapping[str, Mapping[str, str]], own: Mapping[str, set[str]]
    ) -> None:
        self._packages = packages
        self._own = own
        self._own_names: set[str] = set()
        self._cache: dict[tuple[str, str], str] = {}

    def add_own(self, names: Iterable[str]) -> None:
        """Learn unqualified names that the code base defines.

        One of them behind a call is taken for its own, as what a library gives may be what it was
        given.
        """
        self._own_names.update(names)
        self._cache.clear()

    def knows(self, qualified: str, language: str) -> bool:
        """Whether a name is a builtin, of the standard library or of a declared package.

        Never true of the code base's own names. Names start as their import root does; a leading
        dot marks a method of a builtin type.
        """
        return bool(self._origin(qualified, language))

    def package_of(self, qualified: str, language: str) -> str | None:
        """The purl, without a version, of the declared package that a name belongs to."""
        origin = self._origin(qualified, language)
        return origin if origin not in {_BUILTIN, _UNKNOWN} else None

    def _origin(self, qualified: str, language: str) -> str:
        key = language, qualified
        origin = self._cache.get(key)
        if origin is None:
            match = _HEAD.match(qualified)
            head = match[0] if match else ""
            origin = self._cache[key] = self._look_up(qualified, head, language)
        return origin

    def _look_up(self, qualified: str, head: str, language: str) -> str:
        vocabulary = vocabulary_of(language)
        if qualified.startswith("."):
            return _BUILTIN if qualified[1:].encode() in vocabulary.methods else _UNKNOWN
        if self._gives_own(qualified[len(head) :], vocabulary):
            return _UNKNOWN
        if vocabulary.builtins.get(head.encode()) == head:
            return _BUILTIN
        return self._root(head, language, vocabulary)

    def _root(self, head: str, language: str, vocabulary: Vocabulary) -> str:
        """Where an import root leads; the code base's own come first, then the longest."""
        kind = _ECOSYSTEMS.get(language, "")
        own, packages = self._own.get(kind, set()), self._packages.get(kind, {})
        roots = list(_roots(head))
        if not own.isdisjoint(roots):
            return _UNKNOWN
        for root in reversed(roots):
            if root in packages:
                return packages[root]
            if root in vocabulary.modules:
                return _BUILTIN
        return _BUILTIN if vocabulary.builtins.get(roots[0].encode()) == roots[0] else _UNKNOWN

    def _gives_own(self, members: str, vocabulary: Vocabulary) -> bool:
        """Whether what stands behind a call is called as something that the code base defines."""
        own = self._own_names.intersection(_MEMBER.findall(members)) if members else ()
        return any(name.encode() not in vocabulary.methods for name in own)


def libraries_of(*, declared: Iterable[str], paths: Iterable[str]) -> Libraries:
    """The libraries of a code base, from the purls that it declares and the paths of its files."""
    packages: dict[str, dict[str, str]] = {}
    for purl in declared:
        if names := import_names(purl):
            kind, bare, roots = names
            packages.setdefault(kind, {}).update(dict.fromkeys(roots, bare))
    own = first_party(paths)
    for language, kind in _ECOSYSTEMS.items():
        modules, found = vocabulary_of(language).modules, own.get(kind)
        if found and len(found & modules) > len(modules) * _OWN_SHARE:
            found -= modules
    return Libraries(packages, own)


def _roots(head: str) -> Iterator[str]:
    """`a.b.c` -> `a`, `a.b`, `a.b.c`."""
    for match in _SEPARATOR.finditer(head):
        if match.start():
            yield head[: match.start()]
    yield head
