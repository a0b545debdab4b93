"""A queue in which nobody waits behind another's pile: each sender has its turn.

Fair queueing by round robin, one item a turn: Nagle, "On Packet Switches with Infinite Storage",
RFC 970 (1985). What does not fit is handed back, from the pile that is largest in bytes.
"""

from __future__ import annotations

from collections import Counter, deque
from typing import Generic, TypeVar

T = TypeVar("T")


class FairQueue(Generic[T]):
    """Items by sender; ``limit`` bounds the sum of their sizes."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._sizes: Counter[str] = Counter()
        self._piles: dict[str, deque[tuple[T, int]]] = {}

    def __bool__(self) -> bool:
        return bool(self._piles)

    def put(self, sender: str, item: T, size: int) -> list[T]:
        """Queue an item. Returns those that must wait elsewhere: the newest of the largest pile."""
        self._piles.setdefault(sender, deque()).append((item, size))
        self._sizes[sender] += size
        over: list[T] = []
        while self._sizes.total() > self._limit:
            largest = self._sizes.most_common(1)[0][0]
            over.append(self._removed(largest, *self._piles[largest].pop()))
        return over

    def take(self, *, items: int, size: int) -> list[T]:
        """Up to so many items of together about ``size``, and at least one if there is any."""
        taken: list[T] = []
        total = 0
        while self._piles and len(taken) < items and total < size:
            sender = next(iter(self._piles))
            pile = self._piles.pop(sender)
            self._piles[sender] = pile  # to the end: the next one's turn
            item, item_size = pile.popleft()
            taken.append(self._removed(sender, item, item_size))
            total += item_size
        return taken

    def _removed(self, sender: str, item: T, size: int) -> T:
        self._sizes[sender] -= size
        if not self._piles[sender]:
            del self._piles[sender], self._sizes[sender]
        return item
