"""What instances have in common that a recommendation may start from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apps.centralcloud.insights.engine.fleet import Fleet, bits

CONTEXTS_LIMIT = 1_000
"""Contexts at most, those of most instances: a matrix of 1,000 of them by 1,000 takes 4 MB."""
_RANKS = {"framework": 0, "package": 1}
_PHRASES = {"framework": "instances that use {}", "package": "instances that declare {}"}


@dataclass(frozen=True, slots=True)
class Context:
    """Instances that have something in common.

    ``package`` is the purl of what they have, so that it is not recommended to them as news.
    ``rank`` orders contexts of the very same instances: a framework says most.
    """

    phrase: str
    marks: int
    rank: int
    package: str = ""


def contexts_of(fleet: Fleet, least: int) -> list[Context]:
    """Frameworks, packages and scopes of at least ``least`` instances, each set of them once."""
    best: dict[int, Context] = {}
    for context in _all(fleet, least):
        if context.marks not in best or context.rank < best[context.marks].rank:
            best[context.marks] = context
    ordered = sorted(best.values(), key=lambda one: (-one.marks.bit_count(), one.rank, one.phrase))
    return ordered[:CONTEXTS_LIMIT]


def _all(fleet: Fleet, least: int) -> Iterator[Context]:
    size = len(fleet.instances)
    sizes = np.diff(fleet.starts)
    for place, fact in enumerate(fleet.facts):
        if fact.subject in _RANKS and sizes[place] >= least:
            phrase = _PHRASES[fact.subject].format(fact.label)
            marks = bits(fleet.having(place), size)
            yield Context(phrase, marks, _RANKS[fact.subject], fact.package)
    for _, scope in sorted(fleet.scopes.items()):
        if len(scope.members) >= least:
            yield Context(scope.phrase, bits(scope.members, size), 2)


def matrix(contexts: list[Context], size: int) -> NDArray[np.float32]:
    """Contexts x instances, 1 where the instance is of the context."""
    rows = np.zeros((len(contexts), size), dtype=np.float32)
    width = (size + 7) // 8
    for row, context in zip(rows, contexts, strict=True):
        packed = np.frombuffer(context.marks.to_bytes(width, "little"), dtype=np.uint8)
        row[:] = np.unpackbits(packed, count=size, bitorder="little")
    return rows
