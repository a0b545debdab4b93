"""The notation of node labels: what one node of an encoded tree says about itself.

A label is a sigil, which tells its sort, and parts divided by tabs:

- ``(kind part part ...``  a *production*: the node's kind and its children in order; an empty part
  is a slot for a child, any other part a token of the language as it stands. Nodes with one child
  and nothing else are folded into it: ``(expression_statement>call`` is a call as a statement.
- ``,`` and ``;``  a *cell* of a list (of items, of statements): its first child is the element, its
  second the rest of the list; ``.,`` and ``.;`` end them.
- ``:qualified spelling``  a known name, and how the file spells it.
- ``=text``  a word of the language (``None``, ``self``, ``int``).
- ``'STR``, ``'NUM``  a literal; its value is gone.
- ``$kind``  any other identifier; its name is gone. ``$...`` is the rest of a list that was cut.

So the number of children follows from the label, and no text of the file is in any label but the
spellings of known names.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

DIVIDER = "\t"
SLOT = ""
ITEM = ","
STATEMENT = ";"
END = "."
ITEMS_END = END + ITEM
STATEMENTS_END = END + STATEMENT
REST = "$..."
FOLDED = ">"
IDENTIFIER = "$"


class Sort(StrEnum):
    """What a label stands for, by its sigil."""

    PRODUCTION = "("
    ITEM_CELL = ITEM
    STATEMENT_CELL = STATEMENT
    END = END
    NAME = ":"
    WORD = "="
    LITERAL = "'"
    IDENTIFIER = IDENTIFIER


@dataclass(frozen=True, slots=True)
class Label:
    """A label taken apart.

    ``text`` is a production's kinds, a name's qualified form, a word, a literal's metavariable;
    ``parts`` are a production's children, None for a slot; ``spelling`` is that of a name.
    """

    sort: Sort
    text: str = ""
    parts: tuple[str | None, ...] = ()
    spelling: str = ""

    @property
    def arity(self) -> int:
        """The number of children that a node of this label has."""
        if self.sort in (Sort.ITEM_CELL, Sort.STATEMENT_CELL):
            return 2
        return self.parts.count(None)

    @property
    def kind(self) -> str:
        """The innermost kind of a production."""
        return self.text.rpartition(FOLDED)[2]


@lru_cache(maxsize=1 << 16)
def parse_label(text: str) -> Label:
    """Take a label apart. Raises ValueError for text that is none."""
    sort = Sort(text[:1])
    head, *rest = text[1:].split(DIVIDER)
    if sort is Sort.PRODUCTION:
        return Label(sort, head, tuple(part or None for part in rest))
    return Label(sort, head, spelling=rest[0] if rest else "")


def arity_of(text: str) -> int:
    """The number of children that a node of this label has, without taking the label apart."""
    if text[0] == Sort.PRODUCTION:
        return text.split(DIVIDER).count(SLOT)
    return 2 if text in (ITEM, STATEMENT) else 0


def production(kinds: str, parts: list[str]) -> str:
    """The label of a production; a part is a token, or SLOT for a child."""
    return Sort.PRODUCTION + DIVIDER.join([kinds, *parts])


def name(qualified: str, spelling: str) -> str:
    """The label of a known name as it is spelled in the file."""
    return Sort.NAME + qualified + DIVIDER + spelling
