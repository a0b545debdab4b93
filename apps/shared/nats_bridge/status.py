"""How the connection is, as the running bridge sees it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime


@dataclass(slots=True)
class Status:
    """Changed by the bridge, written to its row every few seconds.

    ``detail`` says what is in the way; ``pending`` messages wait in the stream, None where that
    is not known; ``since`` is when the connection came or went.
    """

    connected: bool = False
    detail: str = "starting"
    server: str = ""
    pending: int | None = None
    since: datetime = field(default_factory=lambda: datetime.now(UTC))

    def up(self, server: str) -> None:
        """The connection stands."""
        self._turn(connected=True)
        self.detail, self.server = "", server

    def down(self, detail: str) -> None:
        """There is no connection, for this reason."""
        self._turn(connected=False)
        self.detail, self.pending = detail, None

    def _turn(self, *, connected: bool) -> None:
        if connected != self.connected:
            self.connected, self.since = connected, datetime.now(UTC)
