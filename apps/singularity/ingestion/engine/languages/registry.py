"""The table of all languages, and which of them a file is written in."""

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from types import MappingProxyType

from apps.singularity.ingestion.engine.languages import (
    functional,
    javascript,
    managed,
    markup,
    native,
    plain,
    python,
    scripting,
)
from apps.singularity.ingestion.engine.languages.model import Language

_TABLES = (python, javascript, native, managed, scripting, functional, markup, plain)

LANGUAGES: Mapping[str, Language] = MappingProxyType(
    {language.name: language for table in _TABLES for language in table.LANGUAGES}
)
"""Every language by its name."""

TEXT = "text"
_SHEBANG = re.compile(r"#![ \t]*(?P<program>\S+)(?P<arguments>[^\r\n]*)")
_VERSION = re.compile(r"[-\d.]+$")
_CPP_MARKERS = re.compile(
    r"^[ \t]*(?:class|namespace|template|using|constexpr|(?:public|private|protected)[ \t]*:)(?!\w)"
    r"|\bstd::|\bvirtual\b|\bnullptr\b|#[ \t]*include[ \t]*<[a-z_]+>",
    re.MULTILINE,
)


def _pairs(attribute: str) -> Iterator[tuple[str, str]]:
    for language in LANGUAGES.values():
        for key in getattr(language, attribute):
            yield key, language.name


_BY_EXTENSION = dict(_pairs("extensions"))
_BY_FILENAME = dict(_pairs("filenames"))
_BY_SHEBANG = dict(_pairs("shebangs"))


def language_of(path: str, head: str = "") -> str:
    """Name the language of a file by its name, its extension, then its shebang.

    `head` is the beginning of its text; a `.h` file is C++ when that holds a mark of C++.
    Text that nothing tells apart is "text".
    """
    name = PurePosixPath(path).name
    suffix = PurePosixPath(name).suffix.lower()
    if suffix == ".h":
        return "cpp" if _CPP_MARKERS.search(head) else "c"
    return _by_name(name) or _BY_EXTENSION.get(suffix) or _by_shebang(head) or TEXT


def _by_name(name: str) -> str | None:
    """`Dockerfile`, and `Dockerfile.dev`; a plain `conf.py` stays with its extension."""
    stem, _, rest = name.partition(".")
    if rest and stem in ("Dockerfile", "Containerfile", "Makefile") and not name.endswith(".py"):
        return _BY_FILENAME[stem]
    return _BY_FILENAME.get(name)


def _by_shebang(head: str) -> str | None:
    """`#!/usr/bin/env -S python3.11 -u` -> `python`."""
    found = _SHEBANG.match(head)
    if not found:
        return None
    words = [found["program"], *found["arguments"].split()]
    programs = [PurePosixPath(word).name.lower() for word in words if not word.startswith("-")]
    if programs and programs[0] == "env":
        programs = [word for word in programs[1:] if "=" not in word]
    return _BY_SHEBANG.get(_VERSION.sub("", programs[0])) if programs else None
