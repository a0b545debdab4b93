"""What miners give: patterns with their places, and places that break a rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from apps.singularity.patterns.engine.facts import FileFacts

EXAMPLES_LIMIT = 10


class PatternKind(StrEnum):
    """The closed vocabulary of code pattern kinds."""

    IDIOM = "idiom"
    API_SET = "api_set"
    API_ORDER = "api_order"
    RULE = "rule"
    CONVENTION = "convention"
    CLONE = "clone"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands: a path, and lines from 1, the last included."""

    path: str
    start_line: int
    end_line: int


@dataclass(frozen=True, slots=True)
class MinedPattern:
    """A pattern of one code base.

    ``template`` shows it with metavariables (``$A``, ``$STR``, ``$$$``). ``occurrences`` and
    ``files`` are its support; ``confidence`` (0 to 1) is None where the kind has none.
    ``score`` ranks patterns of one kind, highest first; each miner documents its measure.
    ``details`` is what only this kind has, as JSON. ``examples`` are at most ``EXAMPLES_LIMIT``.
    """

    kind: PatternKind
    language: str
    signature: str
    template: str
    occurrences: int
    files: int
    score: float
    confidence: float | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    examples: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """A place that breaks a strong rule: the rule's signature, and one line that says what."""

    signature: str
    place: Place
    symbol: str
    message: str


@dataclass(frozen=True, slots=True)
class Mined:
    """Patterns, best first, and findings, by place."""

    patterns: tuple[MinedPattern, ...] = ()
    findings: tuple[Finding, ...] = ()


class Miner(Protocol):
    """Takes the facts of one file after the other, in the order of paths, then mines them all.

    The result depends on the set of files alone.
    """

    def add(self, path: str, facts: FileFacts) -> None:
        """Take in one file."""

    def mine(self) -> Mined:
        """All patterns of the files taken in."""
