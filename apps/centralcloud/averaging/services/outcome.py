"""What a round comes to for each submission."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Left:
    """A submission that is left out, and why; its measures, where it has any."""

    pk: int
    reason: str
    norm: float | None = None
    cosine: float | None = None
    content: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """A submission that is part of the aggregate."""

    pk: int
    weight: float
    norm: float | None
    cosine: float | None
    content: str
