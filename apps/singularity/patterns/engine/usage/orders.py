"""Closed frequent orders of calls.

Grown by prefix projection (Pei et al. 2004, PrefixSpan): a pattern keeps the places where it can
end, and grows by what follows there within a bounded gap. Closedness as in BIDE (Wang and Han
2004): an order whose support equals that of one with a call more is dropped.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from apps.singularity.patterns.engine.usage.closed import Budget

GAP = 4
"""Other calls that may stand between two neighbours of an order."""

LONGEST = 5
"""Calls in an order."""

Ends = dict[int, int]
"""For each sequence the place where a pattern ends in it."""


@dataclass(frozen=True, slots=True)
class FrequentOrder:
    """An order of different items, and the sequences in which they follow each other so."""

    items: tuple[int, ...]
    tids: tuple[int, ...]


def closed_orders(
    sequences: Sequence[tuple[int, ...]], *, support: int, work: int
) -> list[FrequentOrder]:
    """All closed orders of one to ``LONGEST`` items in at least ``support`` sequences.

    The items of a sequence must differ, as those of an order do: only where something occurs
    first counts. Raises `TooMuchWork` after looking at more than ``work`` places.
    """
    budget = Budget(work)
    whole = {tid: -1 for tid, sequence in enumerate(sequences) if sequence}
    stack: list[tuple[tuple[int, ...], Ends]] = [((), whole)]
    frequent: dict[tuple[int, ...], tuple[int, ...]] = {}
    while stack:
        items, ends = stack.pop()
        for item, where in _following(sequences, ends, budget).items():
            if len(where) >= support:
                frequent[*items, item] = tuple(where)
                if len(items) < LONGEST - 1:
                    stack.append(((*items, item), where))
    return _closed(frequent)


def _following(sequences: Sequence[tuple[int, ...]], ends: Ends, budget: Budget) -> dict[int, Ends]:
    """For each item that can come next the place where it does: anywhere for the first."""
    following: dict[int, Ends] = defaultdict(dict)
    for tid, end in ends.items():
        sequence = sequences[tid]
        last = len(sequence) if end < 0 else min(len(sequence), end + GAP + 2)
        budget.spend(last - end)
        for place in range(end + 1, last):
            following[sequence[place]][tid] = place
    return following


def _closed(frequent: dict[tuple[int, ...], tuple[int, ...]]) -> list[FrequentOrder]:
    """Those that no frequent order with one item more has the support of."""
    covered = {
        shorter
        for items, tids in frequent.items()
        for at in range(len(items))
        if (shorter := items[:at] + items[at + 1 :]) in frequent
        and len(frequent[shorter]) <= len(tids)
    }
    return [FrequentOrder(items, t) for items, t in frequent.items() if items not in covered]
