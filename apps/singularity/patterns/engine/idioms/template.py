"""What a fragment says: its canonical form, from which signature, text and rule follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from apps.singularity.patterns.engine.idioms.labels import LabelBook
from apps.singularity.patterns.engine.tree.labels import DIVIDER, Label, Sort, parse_label

ITEMS_REST, STATEMENTS_REST = -1, -2
"""Numbers of holes that stand for whatever else is in a list of items, or of statements."""

_RESTS = {ITEMS_REST: "$,", STATEMENTS_REST: "$;"}
_REST_OF = {text: number for number, text in _RESTS.items()}

_CELLS = (Sort.ITEM_CELL, Sort.STATEMENT_CELL)


@dataclass(frozen=True, slots=True)
class Piece:
    """A node of a template: its label and children, or a hole.

    Holes that hold equal code have one number, counted from 1 by first appearance; the rest of a
    list has its own, negative number.
    """

    label: Label | None
    children: tuple[Piece, ...] = ()
    hole: int = 0

    @property
    def is_cell(self) -> bool:
        """Whether this is a cell of a list."""
        return self.label is not None and self.label.sort in _CELLS

    @property
    def is_rest(self) -> bool:
        """Whether this stands for whatever else is in a list."""
        return self.label is None and self.hole < 0


def canonical_form(
    book: LabelBook, labels: Sequence[int], opened: Sequence[bool], holes: Sequence[int]
) -> str:
    """The labels of a fragment in preorder, one a line, without spellings.

    ``holes`` tells for each node that is not opened which others hold equal code.
    """
    numbers: dict[int, int] = {}
    lines = []
    for label, is_open, hole in zip(labels, opened, holes, strict=True):
        if is_open:
            lines.append(canonical_label(book.texts[label]))
        elif hole < 0:
            lines.append(_RESTS[hole])
        else:
            lines.append(f"${numbers.setdefault(hole, len(numbers) + 1)}")
    return "\n".join(lines)


def canonical_label(text: str) -> str:
    """A label without the spelling of its name."""
    return text.partition(DIVIDER)[0] if text[:1] == Sort.NAME else text


def parse_canonical(text: str) -> Piece:
    """The template that a canonical form describes. Raises ValueError for text that is none."""
    stack: list[Piece] = []
    for line in reversed(text.split("\n")):
        if line in _REST_OF:
            stack.append(Piece(None, hole=_REST_OF[line]))
        elif line[:1] == Sort.IDENTIFIER:
            stack.append(Piece(None, hole=int(line[1:])))
        else:
            label = parse_label(line)
            children = tuple(stack.pop() for _ in range(label.arity))
            stack.append(Piece(label, children))
    (root,) = stack
    return root
