"""How a node is encoded, given its kind and what its children are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter

from tree_sitter import Node

from apps.singularity.patterns.engine.tree.kinds import Role
from apps.singularity.patterns.engine.tree.labels import (
    FOLDED,
    ITEM,
    ITEMS_END,
    REST,
    SLOT,
    STATEMENT,
    STATEMENTS_END,
    Sort,
    production,
)

MAX_ARITY = 24
"""Children above which they are taken for a list."""
MAX_ITEMS = 16
"""Elements of a list of items that are looked at: tables of data are no idioms."""

_SEPARATORS = frozenset({",", ";", None})
INNER_LISTS = frozenset({"statement_list", "statements"})
"""Kinds that are the only child of a node which is a list in other grammars."""

_DOCSTRINGS = ("string", "concatenated_string")

Mark = tuple[str, int]
"""The label of a node that stands for a place in a list, and its byte."""
Pick = Callable[[Sequence[Node]], Sequence[Node]]
Key = tuple[str | int, ...]
"""The kinds folded into a node, its own kind's number and those of its children."""


@dataclass(slots=True)
class Shape:
    """How a node with given children is encoded; never changed once it is made.

    ``slots`` are the children that are entered, by index; from ``tail`` on (an index in ``slots``)
    they make up a list, of ``statements`` or of items. A node without ``label`` is not written
    down: it is but a list, or it is folded into its only child, before whose kind it puts
    ``folded``.
    """

    label: str
    slots: tuple[int, ...]
    tail: int | None = None
    statements: bool = False
    folded: str = ""
    entered: Pick = field(init=False, compare=False)
    """Picks the children that are entered by themselves, the last one first."""
    elements: Pick = field(init=False, compare=False)
    """Picks those of the list that are looked at, the last one first."""
    cell: Mark = field(init=False)
    ending: str = field(init=False)

    def __post_init__(self) -> None:
        alone = self.slots[: self.tail]
        elements = self.slots[len(alone) :]
        self.cell, self.ending = (ITEM, 0), ITEMS_END
        if self.statements:
            self.cell, self.ending = (STATEMENT, 0), STATEMENTS_END
        elif len(elements) > MAX_ITEMS:
            elements, self.ending = elements[:MAX_ITEMS], REST
        self.entered, self.elements = _picker(alone[::-1]), _picker(elements[::-1])

    def without_docstring(self, children: Sequence[Node]) -> Shape:
        """Without a first statement that is a string: it documents what it stands in."""
        if self.tail is None or len(self.slots) <= self.tail:
            return self
        first = children[self.slots[self.tail]]
        inner = first.named_children if first.type == "expression_statement" else [first]
        if len(inner) != 1 or inner[0].type not in _DOCSTRINGS:
            return self
        return replace(self, slots=self.slots[: self.tail] + self.slots[self.tail + 1 :])


def _picker(places: tuple[int, ...]) -> Pick:
    """What takes the items at these places out of a sequence, in C."""
    if len(places) > 1:
        return itemgetter(*places)
    return itemgetter(slice(places[0], places[0] + 1) if places else slice(0))


def shape_of(
    kinds: str, role: Role, parts: Sequence[str | None], children: Sequence[Node]
) -> Shape:
    """The shape of a node; ``parts`` says of each child what it is in a production."""
    slots = tuple([at for at, part in enumerate(parts) if part == SLOT])
    shape = None
    nested = bool(slots) and children[slots[-1]].type in INNER_LISTS
    if role in (Role.ITEMS, Role.STATEMENTS) and not nested:
        shape = _list(kinds, parts, slots, statements=role is Role.STATEMENTS)
    elif role is Role.TAIL and not nested:
        shape = _tail(kinds, parts, slots)
    elif role is Role.WORD and not slots:
        return Shape(Sort.WORD + " ".join(part for part in parts if part), ())
    return shape or _plain(kinds, parts, slots)


def _list(
    kinds: str, parts: Sequence[str | None], slots: tuple[int, ...], *, statements: bool
) -> Shape | None:
    """Opening tokens, elements, closing tokens; None where there are tokens between."""
    first, last = (slots[0], slots[-1]) if slots else _middle(parts)
    if any(part and part not in _SEPARATORS for part in parts[first : last + 1]):
        return None
    opening = [part for part in parts[:first] if part]
    closing = [part for part in parts[last + 1 :] if part and part not in _SEPARATORS]
    bare = statements and not opening and not closing
    label = "" if bare else production(kinds, [*opening, SLOT, *closing])
    return Shape(label, slots, 0, statements=statements)


def _middle(parts: Sequence[str | None]) -> tuple[int, int]:
    """Where elements of an empty list would stand: after half of its tokens."""
    half = (len(parts) + 1) // 2
    return half, half - 1


def _tail(kinds: str, parts: Sequence[str | None], slots: tuple[int, ...]) -> Shape:
    """A production up to its last token, then a list of statements."""
    colon = max((at for at, part in enumerate(parts) if part), default=-1)
    head = sum(at < colon for at in slots)
    said = [part for part in parts[: colon + 1] if part is not None]
    return Shape(production(kinds, [*said, SLOT]), slots, head, statements=True)


def _plain(kinds: str, parts: Sequence[str | None], slots: tuple[int, ...]) -> Shape:
    said = [part for part in parts if part is not None]
    if said == [SLOT]:
        return Shape("", slots, folded=kinds + FOLDED)
    if len(slots) > MAX_ARITY:
        return Shape(production(kinds, [SLOT]), slots, 0, statements=True)
    return Shape(production(kinds, said), slots)
