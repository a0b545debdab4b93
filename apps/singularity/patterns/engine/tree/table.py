"""What the walk knows of one grammar: what its kinds are, and productions met so far."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from tree_sitter import Node

from apps.singularity.ingestion.engine.languages import LANGUAGES
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

    language: str
    words: frozenset[bytes]
    initials: frozenset[int]
    docstrings: bool
    leaves: dict[int, str] = field(default_factory=dict)
    parts: dict[int, str | None] = field(default_factory=dict)
    shapes: dict[Key, Shape] = field(default_factory=dict)

    def leaf(self, kind_id: int, kind: str) -> str:
        """Work out ``leaves`` for a kind that was not met before."""
        role = role_of(kind)
        label = Sort.IDENTIFIER + kind if role is Role.IDENTIFIER else _LEAVES.get(role, "")
        self.leaves[kind_id] = label
        return label

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
        parts = [self._part(child) for child in children]
        shape = shape_of(f"{key[0]}{kind}", role_of(kind), parts, [c.type for c in children])
        if self.docstrings and shape.statements:
            shape = shape.without_docstring(children)
        if len(children) <= _MAX_CACHED:
            self.shapes[key] = shape
        return shape

    def _part(self, child: Node) -> str | None:
        kind_id = child.kind_id
        if kind_id not in self.parts:
            self.parts[kind_id] = self._part_of(child.type, is_named=child.is_named)
        return self.parts[kind_id]

    def _part_of(self, kind: str, *, is_named: bool) -> str | None:
        """Comments and line ends are nothing, nor are semicolons that a language lets out."""
        if is_named:
            return None if role_of(kind) is Role.COMMENT else SLOT
        if not kind.strip() or (kind == ";" and self.language in _OPTIONAL_SEMICOLON):
            return None
        return " ".join(kind.split())


@cache
def table_of(language: str) -> Table:
    """The table of a language, one for each process."""
    entry = LANGUAGES.get(language)
    words = WORDS.get(language, frozenset())
    docstrings = entry is not None and entry.docstrings
    return Table(language, words, frozenset(word[0] for word in words), docstrings)
