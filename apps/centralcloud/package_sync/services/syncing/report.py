"""What came of a sync."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from apps.centralcloud.package_sync.models import Outcome
from apps.centralcloud.package_sync.services.choosing import Chosen

State = Outcome.State
UNEVENTFUL = (State.CHANGED, State.UNCHANGED)


@dataclass(slots=True)
class SyncReport:
    """How many packages of which ecosystem came to which outcome, and what it cost.

    ``reasons`` counts why packages were not read, by ecosystem and line. ``why`` says why nothing
    was asked. ``planned`` are the packages that a dry run would read first. ``left`` were due but
    are left to the next run.
    """

    outcomes: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    requests: int = 0
    bytes: int = 0
    seconds: float = 0.0
    total: int = 0
    left: int = 0
    why: str = ""
    planned: list[str] = field(default_factory=list)
    chosen: Chosen | None = None

    def add(self, outcome: Outcome, ecosystem: str) -> None:
        """Take in the outcome of one package."""
        self.outcomes[ecosystem][outcome.state] += 1
        self.requests += outcome.requests
        self.bytes += outcome.bytes
        if outcome.state not in UNEVENTFUL:
            self.reasons[ecosystem, outcome.reason] += 1

    def count(self, *states: str) -> int:
        """Packages that came to these outcomes; without any, all that were read."""
        return sum(
            number
            for of in self.outcomes.values()
            for state, number in of.items()
            if not states or state in states
        )

    def progress(self) -> dict[str, int]:
        """How far it is, as job rows keep it."""
        return {
            "read": self.count(),
            "total": self.total,
            "changed": self.count(State.CHANGED),
            "failed": self.count(State.FAILED),
        }

    def numbers(self) -> dict[str, Any]:
        """All of it but the single reasons, as JSON."""
        told: dict[str, Any] = {state.name.lower(): self.count(state) for state in State}
        told |= {"requests": self.requests, "bytes": self.bytes, "left": self.left}
        if self.chosen is not None:
            told |= {"wanted": self.chosen.wanted, "left_out_of_choice": self.chosen.left_out}
        return told | ({"why": self.why} if self.why else {})
