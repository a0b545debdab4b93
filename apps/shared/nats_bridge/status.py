"""How the connection is, as the running bridge sees it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime


@dataclass(slots=True)
class Status:
    """Changed by the bridge, written to its row every few seconds.

    ``detail`` says what is in the way; ``waiting`` messages are in each stream that is read, as
    far as that is known; ``since`` is when the connection came or went.
    """

    connected: bool = False
    detail: str = "starting"
    server: str = ""
    waiting: dict[str, int] = field(default_factory=dict)
    since: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def pending(self) -> int | None:
        """Messages that wait in all streams; None where that is not known."""
        return sum(self.waiting.values()) if self.waiting else None

    def up(self, server: str) -> None:
        """The connection stands."""
        self._turn(connected=True)
        self.detail, self.server = "", server

    def down(self, detail: str) -> None:
        """There is no connection, for this reason."""
        self._turn(connected=False)
        self.detail, self.waiting = detail, {}

    def _turn(self, *, connected: bool) -> None:
        if connected != self.connected:
            self.connected, self.since = connected, datetime.now(UTC)
