"""What a fragment says: its canonical form, from which signature, text and rule follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from apps.singularity.patterns.engine.idioms.labels import HOLE, LabelBook
from apps.singularity.patterns.engine.tree.labels import DIVIDER, Label, Sort, parse_label

REST = "$$"
"""In a canonical form: whatever else stands in a list."""

_CELLS = (Sort.ITEM_CELL, Sort.STATEMENT_CELL)


@dataclass(frozen=True, slots=True)
class Piece:
    """A node of a template: its label and children, or a hole.

    Holes that hold equal code have one number, counted from 1 by first appearance; the rest of a
    list has 0.
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
        return self.label is None and not self.hole


def canonical_form(
    book: LabelBook, labels: Sequence[int], opened: Sequence[bool], holes: Sequence[int]
) -> str:
    """The labels of a fragment in preorder, one a line, without spellings.

    ``holes`` tells for each node that is not opened which others hold equal code; -1 for the rest
    of a list.
    """
    numbers: dict[int, int] = {}
    lines = []
    for label, is_open, hole in zip(labels, opened, holes, strict=True):
        if is_open:
            lines.append(canonical_label(book.texts[label]))
        elif hole < 0:
            lines.append(REST)
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
        if line == REST:
            stack.append(Piece(None))
        elif line[:1] == Sort.IDENTIFIER:
            stack.append(Piece(None, hole=int(line[1:])))
        else:
            label = parse_label(line)
            children = tuple(stack.pop() for _ in range(label.arity))
            stack.append(Piece(label, children))
    (root,) = stack
    return root


__all__ = ["HOLE", "REST", "Piece", "canonical_form", "canonical_label", "parse_canonical"]
