"""Closed frequent itemsets.

LCM (Uno, Kiyomi and Arimura 2004, "LCM ver. 2"): each closed set is reached exactly once, from
the closed set that its prefix generates, so nothing found is kept in memory to compare with.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

Tids = list[int]


@dataclass(frozen=True, slots=True)
class Frequent:
    """A closed itemset, ascending, and the transactions that hold it."""

    items: tuple[int, ...]
    tids: tuple[int, ...]


class TooMuchWork(Exception):
    """More steps than the caller allows."""


def closed_itemsets(
    transactions: Sequence[frozenset[int]], *, support: int, work: int
) -> list[Frequent]:
    """All closed itemsets of one item or more that ``support`` transactions or more hold.

    Raises `TooMuchWork` after looking at more than ``work`` items.
    """
    budget = Budget(work)
    stack = [(-1, frozenset[int](), list(range(len(transactions))))]
    found = []
    while stack:
        core, items, tids = stack.pop()
        occurrences = _occurrences(transactions, tids, budget)
        closure = frozenset(i for i, where in occurrences.items() if len(where) == len(tids))
        if any(item < core and item not in items for item in closure):
            continue  # reached from a smaller prefix too
        if closure and len(tids) >= support:
            found.append(Frequent(tuple(sorted(closure)), tuple(tids)))
        stack.extend(_extensions(occurrences, closure, core, support))
    return found


class Budget:
    """Counts steps down; raises `TooMuchWork` when there are none left."""

    __slots__ = ("_left",)

    def __init__(self, steps: int) -> None:
        self._left = steps

    def spend(self, steps: int) -> None:
        """Take away ``steps``."""
        self._left -= steps
        if self._left < 0:
            raise TooMuchWork


def _occurrences(
    transactions: Sequence[frozenset[int]], tids: Tids, budget: Budget
) -> dict[int, Tids]:
    """The transactions among ``tids`` of each item in them."""
    where: dict[int, Tids] = defaultdict(list)
    for tid in tids:
        budget.spend(len(transactions[tid]) + 1)
        for item in transactions[tid]:
            where[item].append(tid)
    return where


def _extensions(
    occurrences: dict[int, Tids], closure: frozenset[int], core: int, support: int
) -> Iterator[tuple[int, frozenset[int], Tids]]:
    for item, where in occurrences.items():
        if item > core and item not in closure and len(where) >= support:
            yield item, closure, where
