"""Revisions that only grow, whatever the clock does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def next_revision(*, now: datetime, last: int) -> int:
    """Microseconds since 1970, pushed on to ``last + 1`` where the clock stands or goes back.

    So it grows within one database, and beyond what was told before an older copy of the database
    came back. Source: Kulkarni et al., "Logical physical clocks", 2014, the local event.
    """
    return max((now - _EPOCH) // timedelta(microseconds=1), last + 1)
