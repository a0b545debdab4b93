"""What the engine gives: insights with the numbers that they stand on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import log2

SCORE_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Evidence:
    """Numbers of an insight; they mean what the contract's ``Evidence`` says."""

    having: int
    of: int
    share: float
    confidence: float
    among: str = ""
    here: int = 0
    here_of: int = 0
    versions: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Insight:
    """One thing worth telling of a fact, named by its place in the fleet's facts."""

    kind: str
    fact: int
    reason: str
    score: float
    evidence: Evidence


def score_of(confidence: float, lift: float) -> float:
    """``confidence * (1 + log2 lift)``: sure first, and what is special to its context next.

    The interest of a rule is its lift (Brin, Motwani, Ullman, Tsur 1997); alone it prefers rare
    coincidences, so its logarithm only scales the lower bound of the share.
    """
    return round(confidence * (1 + log2(max(lift, 1.0))), SCORE_DIGITS)


def insight_key(kind: str, subject: str, subject_key: str) -> str:
    """The same for what says the same of the same subject."""
    digest = hashlib.sha256(f"{subject}\0{subject_key}".encode()).hexdigest()
    return f"{kind}-{digest[:20]}"


def in_words(number: int, one: str, many: str = "") -> str:
    """``1 instance``, ``2 instances``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def percent(share: float) -> str:
    """A share as a whole percentage, never 100 for less than all, never 0 for any."""
    if 0 < share < 1:
        return f"{min(max(round(100 * share), 1), 99)} %"
    return f"{round(100 * share)} %"
