"""Of several that say the same, the best."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence


def said_once(contents: Sequence[frozenset[int]], limit: int) -> list[int]:
    """Places of those, in order, that are neither part of an earlier kept one nor contain one.

    At most ``limit``. What has no contents says nothing that others say.
    """
    kept: list[int] = []
    by_part: dict[int, list[int]] = defaultdict(list)
    for place, parts in enumerate(contents):
        shared = Counter(other for part in parts for other in by_part[part])
        if any(count in (len(parts), len(contents[other])) for other, count in shared.items()):
            continue
        kept.append(place)
        if len(kept) == limit:
            break
        for part in parts:
            by_part[part].append(place)
    return kept
