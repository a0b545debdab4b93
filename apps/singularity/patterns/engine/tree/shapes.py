"""How a node is encoded, given its kind and what its children are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from tree_sitter import Node

from apps.singularity.patterns.engine.tree.kinds import Role
from apps.singularity.patterns.engine.tree.labels import SLOT, Sort, production

MAX_ARITY = 24
"""Children above which they are taken for a list."""

_SEPARATORS = frozenset({",", ";", None})
INNER_LISTS = frozenset({"statement_list", "statements"})
"""Kinds that are the only child of a node which is a list in other grammars."""

_DOCSTRINGS = ("string", "concatenated_string")

Key = tuple[str | int, ...]
"""The kinds folded into a node, its own kind's number and those of its children."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How a node with given children is encoded.

    ``slots`` are the children that are entered, by index; from ``tail`` on (an index in ``slots``)
    they make up a list, of ``statements`` or of items. A node without ``label`` is not written
    down: it is but a list, or it is folded into its only child.
    """

    label: str
    slots: tuple[int, ...]
    tail: int | None = None
    statements: bool = False
    backwards: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "backwards", self.slots[::-1])

    def without_docstring(self, children: Sequence[Node]) -> Shape:
        """Without a first statement that is a string: it documents what it stands in."""
        if self.tail is None or len(self.slots) <= self.tail:
            return self
        first = children[self.slots[self.tail]]
        inner = first.named_children if first.type == "expression_statement" else [first]
        if len(inner) != 1 or inner[0].type not in _DOCSTRINGS:
            return self
        return replace(self, slots=self.slots[: self.tail] + self.slots[self.tail + 1 :])


def shape_of(
    kinds: str, role: Role, parts: Sequence[str | None], child_kinds: Sequence[str]
) -> Shape:
    """The shape of a node; ``parts`` says of each child what it is in a production."""
    slots = tuple(at for at, part in enumerate(parts) if part == SLOT)
    shape = None
    nested = bool(slots) and child_kinds[slots[-1]] in INNER_LISTS
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
        return Shape("", slots)
    if len(slots) > MAX_ARITY:
        return Shape(production(kinds, [SLOT]), slots, 0, statements=True)
    return Shape(production(kinds, said), slots)
