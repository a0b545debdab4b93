"""Cuts a stretch of source that no syntax cuts finely enough: at lines, at last by length."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

Span = tuple[int, int]
_BREAK = re.compile(rb"[\s,;)}\]>]")


def split_span(
    source: bytes, costs: Sequence[int], start: int, end: int, budget: int
) -> Iterator[Span]:
    """Spans of whole lines within the budget; a line above it is cut by length.

    `costs` are those of `tokens.running_cost`.
    """
    while start < end:
        limit = bisect_right(costs, costs[start] + budget, start + 1, end + 1) - 1
        stop = end if limit >= end else source.rfind(b"\n", start, limit) + 1
        if stop <= start or costs[stop] == costs[start]:
            stop = _cut_in_line(source, start, limit)
        yield start, stop
        start = stop


def _cut_in_line(source: bytes, start: int, limit: int) -> int:
    """The end of the longest piece up to `limit`, at a token boundary when one is near."""
    middle = (start + limit) // 2
    breaks = [found.end() for found in _BREAK.finditer(source, middle, limit)]
    stop = breaks[-1] if breaks else limit
    return _character_boundary(source, start, stop)


def _character_boundary(source: bytes, start: int, stop: int) -> int:
    """Leave no UTF-8 sequence open (continuation bytes are 10xxxxxx), and always move on."""
    low = stop
    while low > start and source[low : low + 1] and source[low] & 0xC0 == 0x80:
        low -= 1
    if low > start:
        return low
    high = start + 1
    while high < len(source) and source[high] & 0xC0 == 0x80:
        high += 1
    return high
