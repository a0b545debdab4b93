"""What may stand in for a package: same role, used by others like oneself, not beside it.

Two packages are of one role where they share keywords that few packages have. Who uses one without
the other has chosen between them; who uses both has not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

SHARED = 2
"""Keywords that two packages of one role share at least."""
COMMON = 0.05
"""A keyword that a larger share of the packages in question has says nothing of a role."""
COMMON_LEAST = 10
"""Packages that may have a keyword in any case, however few packages there are."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A package, and which of the instances in question use it."""

    id: int
    keywords: frozenset[str]
    instances: frozenset[str]


@dataclass(frozen=True, slots=True)
class Choice:
    """An alternative: ``instead`` use it and not the package, ``both`` use both."""

    id: int
    instead: int
    both: int
    shared: tuple[str, ...]


def jaccard(overlap: int, one: int, other: int) -> float:
    """Jaccard similarity of two sets by their sizes and that of their intersection (1912)."""
    union = one + other - overlap
    return overlap / union if union else 0.0


def telling_keywords(candidates: Iterable[Candidate]) -> AbstractSet[str]:
    """Keywords that say something of a role: few of the packages have them."""
    held = list(candidates)
    counts = Counter(word for one in held for word in one.keywords)
    most = max(COMMON_LEAST, COMMON * len(held))
    return {word for word, number in counts.items() if number <= most}


def choices(package: Candidate, candidates: Mapping[int, Candidate], *, least: int) -> list[Choice]:
    """Alternatives, those that most use instead first.

    Args:
        least: instances that use one instead at least; and more than use both.
    """
    telling = telling_keywords([package, *candidates.values()])
    found = (_choice(package, one, telling) for one in candidates.values() if one.id != package.id)
    kept = [
        one
        for one in found
        if len(one.shared) >= SHARED and one.instead >= least and one.instead > one.both
    ]
    return sorted(kept, key=lambda one: (-one.instead, one.both, -len(one.shared), one.id))


def _choice(package: Candidate, other: Candidate, telling: AbstractSet[str]) -> Choice:
    return Choice(
        id=other.id,
        instead=len(other.instances - package.instances),
        both=len(other.instances & package.instances),
        shared=tuple(sorted(package.keywords & other.keywords & telling)),
    )
