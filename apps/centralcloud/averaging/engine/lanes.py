"""A history that branches, row by row: which lanes run through each, and where it joins them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One node: its lane, and the lanes around it, each counted from 0.

    Args:
        comes: lanes from above that end in it; none of them where nothing goes on from it.
        passes: lanes that run by.
        goes: whether its lane runs on to what it goes on from.
    """

    lane: int
    comes: tuple[int, ...]
    passes: tuple[int, ...]
    goes: bool


def rows_of(nodes: Sequence[tuple[int, int | None]]) -> list[Row]:
    """Lay out nodes of (id, id of what it goes on from), each before what it goes on from.

    A node takes the leftmost lane that waits for it, else the leftmost free one; several that go
    on from the same one meet there. A lane whose end is not among the nodes runs on below.
    """
    waiting: list[int | None] = []
    rows = []
    for node, base in nodes:
        comes = tuple(lane for lane, awaited in enumerate(waiting) if awaited == node)
        free = (lane for lane, awaited in enumerate(waiting) if awaited is None)
        lane = comes[0] if comes else next(free, len(waiting))
        passes = tuple(
            number for number, awaited in enumerate(waiting) if awaited not in (None, node)
        )
        for number in comes:
            waiting[number] = None
        if lane == len(waiting):
            waiting.append(None)
        waiting[lane] = base
        rows.append(Row(lane, comes, passes, goes=base is not None))
    return rows
