"""What the walk knows of one grammar: what its kinds are, and productions met so far."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from tree_sitter import Node

from apps.singularity.ingestion.engine.languages import LANGUAGES, grammar_of
from apps.singularity.patterns.engine.tree.kinds import Role, role_of
from apps.singularity.patterns.engine.tree.labels import SLOT, Sort
from apps.singularity.patterns.engine.tree.shapes import Key, Shape, shape_of
from apps.singularity.patterns.engine.tree.words import WORDS

_OPTIONAL_SEMICOLON = frozenset(
    [
        "javascript",
        "typescript",
        "tsx",
        "go",
        "swift",
        "kotlin",
        "scala",
        "ruby",
        "lua",
        "bash",
        "elixir",
        "python",
    ]
)
_LEAVES = {Role.STRING: Sort.LITERAL + "STR", Role.NUMBER: Sort.LITERAL + "NUM"}
_ERROR = 0xFFFF  # tree-sitter's number for what a parser could not make sense of
_MAX_WORD = 24  # bytes
_MAX_CACHED = 16  # children; longer lists hardly ever come back
_SYMBOL = re.compile(rb"[!-/:-@\[-`{-~]{1,3}")


@dataclass(slots=True)
class Table:
    """Caches of one language; each entry is a function of its key, whatever was read before.

    ``leaves`` has the label that all nodes of a kind share, "" where it depends on the node;
    ``initials`` are the first bytes of words;
    ``parts`` what a child of a kind is in a production: a token, SLOT, or None for nothing.
    Kinds are tree-sitter's numbers.
    """

    words: frozenset[bytes]
    initials: frozenset[int]
    docstrings: bool
    leaves: dict[int, str]
    parts: dict[str | int, str | None]
    shapes: dict[Key, Shape] = field(default_factory=dict)

    def word_or(self, label: str, text: bytes) -> str:
        """An identifier's label, unless it is a word of the language."""
        return Sort.WORD + text.decode() if text in self.words else label

    def childless(self, kind: str, text: bytes) -> str:
        """The label of a node without children: its text where the language gives it."""
        is_word = role_of(kind) is Role.WORD and len(text) <= _MAX_WORD
        if is_word or _SYMBOL.fullmatch(text):
            return Sort.WORD + " ".join(text.decode(errors="replace").split())
        return Sort.IDENTIFIER + kind

    def shape(self, key: Key, kind: str, children: Sequence[Node]) -> Shape:
        """Work out the shape of a node that has children."""
        parts = [self.parts[number] for number in key[2:]]
        shape = shape_of(f"{key[0]}{kind}", role_of(kind), parts, children)
        if self.docstrings and shape.statements:
            shape = shape.without_docstring(children)
        if len(children) <= _MAX_CACHED:
            self.shapes[key] = shape
        return shape


@cache
def table_of(language: str) -> Table:
    """The table of a language, one for each process."""
    entry = LANGUAGES.get(language)
    words = WORDS.get(language, frozenset())
    initials = frozenset(word[0] for word in words)
    docstrings = entry is not None and entry.docstrings
    kinds = _kinds_of(language)
    leaves = {number: _leaf(kind) for number, (kind, _) in kinds.items()}
    parts: dict[str | int, str | None] = {
        number: _part(kind, is_named=is_named, language=language)
        for number, (kind, is_named) in kinds.items()
    }
    return Table(words, initials, docstrings, leaves, parts)


def _kinds_of(language: str) -> dict[int, tuple[str, bool]]:
    """What tree-sitter's numbers of kinds stand for: their names, and whether they are named."""
    grammar = grammar_of(language) if language in LANGUAGES else None
    known = grammar.parser.language if grammar else None
    if known is None:
        return {}
    numbers = range(known.node_kind_count)
    kinds = {at: (known.node_kind_for_id(at) or "", known.node_kind_is_named(at)) for at in numbers}
    return kinds | {_ERROR: ("ERROR", True)}


def _leaf(kind: str) -> str:
    """The label that all nodes of a kind share, if they do."""
    role = role_of(kind)
    return Sort.IDENTIFIER + kind if role is Role.IDENTIFIER else _LEAVES.get(role, "")


def _part(kind: str, *, is_named: bool, language: str) -> str | None:
    """Comments and line ends are nothing, nor are semicolons that a language lets out."""
    if is_named:
        return None if role_of(kind) is Role.COMMENT else SLOT
    if not kind.strip() or (kind == ";" and language in _OPTIONAL_SEMICOLON):
        return None
    return " ".join(kind.split())
