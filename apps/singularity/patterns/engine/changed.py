"""Learned facts as they are handed to whoever passes them on."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple


class ChangedPattern(NamedTuple):
    """A code pattern as it is now; ``withdrawn`` where it holds no more."""

    signature: str
    kind: str
    language: str
    template: str
    occurrences: int
    files: int
    confidence: float | None
    details: dict[str, Any]
    first_seen_at: datetime
    withdrawn: bool


class KnownArchitecture(NamedTuple):
    """An architecture pattern that holds; ``met`` are the texts of the indicators for it."""

    key: str
    confidence: float
    met: tuple[str, ...]
    first_seen_at: datetime


class KnownFramework(NamedTuple):
    """A framework that is in use."""

    key: str
    role: str
    scope: str
    purl: str
    version: str
    requirement: str
    confidence: float
    first_seen_at: datetime
