"""Whether an instance is there, by when it was last heard."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

ONLINE_FOR = timedelta(seconds=90)
"""Three heartbeats of half a minute: one may be lost and one late."""
STALE_FOR = timedelta(minutes=15)


class Liveness(StrEnum):
    """How an enrolled instance is."""

    ONLINE = "online"
    STALE = "stale"
    OFFLINE = "offline"
    NEW = "enrolled"  # never heard


def liveness(heard_at: datetime | None, *, now: datetime) -> Liveness:
    """What the time of the last heartbeat says; one from the future is online."""
    if heard_at is None:
        return Liveness.NEW
    if heard_at >= now - ONLINE_FOR:
        return Liveness.ONLINE
    return Liveness.STALE if heard_at >= now - STALE_FOR else Liveness.OFFLINE
