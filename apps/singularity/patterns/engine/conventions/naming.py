"""How functions, types, constants and files are called."""

from __future__ import annotations

import re
from functools import lru_cache

from apps.singularity.patterns.engine.conventions.tally import Tally
from apps.singularity.patterns.engine.facts import NameFacts
from apps.singularity.patterns.engine.names.found import Survey
from apps.singularity.patterns.engine.names.vocabulary import vocabulary_of

_STYLES = (
    ("snake_case", re.compile(r"[a-z][a-z0-9]*(?:_+[a-z0-9]+)+")),
    ("camelCase", re.compile(r"[a-z]+[a-z0-9]*(?:[A-Z][A-Za-z0-9]*)+")),
    ("PascalCase", re.compile(r"[A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*")),
    ("UPPER_CASE", re.compile(r"[A-Z][A-Z0-9]+(?:_+[A-Z0-9]+)*|[A-Z]+(?:_+[A-Z0-9]+)+")),
    ("kebab-case", re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)+")),
    ("Mixed_Case", re.compile(r"[A-Za-z][A-Za-z0-9]*(?:_+[A-Za-z0-9]+)+")),
)
_VALUE = rb"\s*(?::[^=\n]+)?=\s*(?:[-+]?\d[\w.]*|[rb]?[\"'][^\"'\n]*[\"'])\s*;?[ \t]*(?:[#/].*)?$"
_ASSIGNED = re.compile(rb"([A-Za-z]\w*)" + _VALUE, re.MULTILINE)
_CONST = re.compile(rb"const\s+([A-Za-z]\w*)" + _VALUE, re.MULTILINE)
_CONSTANTS = {
    "python": ("assignment", _ASSIGNED),
    "javascript": ("lexical_declaration", _CONST),
    "typescript": ("lexical_declaration", _CONST),
    "tsx": ("lexical_declaration", _CONST),
}
_NEWLINE = 0x0A


@lru_cache(maxsize=65_536)
def style_of(name: str) -> str | None:
    """The style of a name; None when it fits several, as a single word in small letters does."""
    name = name.strip("_")
    return next((style for style, pattern in _STYLES if pattern.fullmatch(name)), None)


def measure_names(
    tally: Tally, found: Survey, source: bytes, *, language: str, path: str, names: NameFacts
) -> None:
    """Count the styles of names; those that the language or a test framework dictates are out."""
    dictated = vocabulary_of(language).methods
    for function in names.functions:
        name = function.symbol.rpartition(".")[2].partition("/")[0]
        style = None if name.encode() in dictated else style_of(name)
        if style is not None and not name.startswith("__"):
            tally.at_line("function names", style, function.start_line)
    for defined in names.types:
        if (style := style_of(defined.symbol.rpartition(".")[2])) is not None:
            tally.at_line("type names", style, defined.start_line)
    if (style := style_of(path.rpartition("/")[2].partition(".")[0])) is not None:
        tally.at_line("file names", style, 1)
    if language in _CONSTANTS:
        _measure_constants(tally, found, source, language)


def _measure_constants(tally: Tally, found: Survey, source: bytes, language: str) -> None:
    """Literals that are assigned at the top of a file."""
    kind, pattern = _CONSTANTS[language]
    for node in found.nodes.get(kind, ()):
        start = node.start_byte
        if start and source[start - 1] != _NEWLINE and not source.endswith(b"export ", 0, start):
            continue
        match = pattern.match(source, start)
        style = style_of(match[1].decode("utf-8", "replace")) if match else None
        if style is not None:
            tally.at_byte("constant names", style, start)
