"""What a language brings: its builtins, the methods of its builtin types, its standard library.

One YAML file a language, kept here and not asked of an installed interpreter: a pattern's
signature must be the same wherever it is mined.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_FOLDER = Path(__file__).parent
_SHARED = {"typescript": "javascript", "tsx": "javascript", "ocaml_interface": "ocaml"}
_KEYS = ("builtins", "methods", "modules", "exports", "passing", "holders", "elements")


class BadVocabulary(ValueError):
    """A vocabulary file that does not say what it should."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a language brings.

    ``builtins`` maps names to their qualified names (``String`` to ``java.lang.String``),
    ``methods`` those of the builtin types to ``.name``. ``modules`` are the roots of the standard
    library. ``exports`` are the names that a module gives to who imports all of it.
    ``passing`` are functions that give what they were given (``copy.copy``), ``holders`` methods
    that give what was put in (``get``): the members of their results are not the library's, nor
    are those of elements, but for the ``elements`` of these functions. ``known`` is what to look
    out for in a file.
    """

    builtins: dict[bytes, str] = field(default_factory=dict)
    methods: dict[bytes, str] = field(default_factory=dict)
    modules: frozenset[str] = frozenset()
    exports: dict[str, tuple[tuple[bytes, str], ...]] = field(default_factory=dict)
    passing: frozenset[str] = frozenset()
    holders: frozenset[str] = frozenset()
    elements: frozenset[str] = frozenset()
    known: frozenset[bytes] = frozenset()


@cache
def vocabulary_of(language: str) -> Vocabulary:
    """The vocabulary of a language, an empty one when there is no file for it.

    Raises `BadVocabulary`.
    """
    path = _FOLDER / f"{_SHARED.get(language, language)}.yaml"
    if not path.exists():
        return Vocabulary()
    words = _words(path)
    builtins = {_local(name, words["modules"]).encode(): name for name in words["builtins"]}
    methods = {name.encode(): f".{name}" for name in words["methods"]}
    known = frozenset(builtins).union(methods, (b"." + name for name in methods))
    return Vocabulary(
        builtins,
        methods,
        frozenset(words["modules"]),
        _exports(words["exports"]),
        frozenset(words["passing"]),
        frozenset(words["holders"]),
        frozenset(words["elements"]),
        known,
    )


def _exports(qualified: list[str]) -> dict[str, tuple[tuple[bytes, str], ...]]:
    """Names by the module in front of their last separator."""
    exports: dict[str, list[tuple[bytes, str]]] = {}
    for name in qualified:
        separator = "::" if "::" in name else "."
        module, _, local = name.rpartition(separator)
        exports.setdefault(module, []).append((local.encode(), name))
    return {module: tuple(names) for module, names in exports.items()}


def _local(name: str, modules: list[str]) -> str:
    """`java.lang.String` is there as `String`."""
    return name.rpartition(".")[2] if name.partition(".")[0] in modules else name


def _words(path: Path) -> dict[str, list[str]]:
    """The lists of a file; each entry is a line of words, so that files stay readable."""
    loaded: Any = yaml.load(path.read_bytes(), yaml.CSafeLoader)
    if not isinstance(loaded, dict) or set(loaded) - set(_KEYS):
        raise BadVocabulary(f"{path.name}: expected the keys {', '.join(_KEYS)}")
    for key, value in loaded.items():
        if not isinstance(value, str):
            raise BadVocabulary(f"{path.name}: {key} must be words between blanks")
    return {key: loaded.get(key, "").split() for key in _KEYS}
