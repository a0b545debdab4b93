"""When a package is read again."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

DAY = timedelta(days=1)
HALF_A_DAY = timedelta(hours=12)
FIRST_RETRY = timedelta(minutes=15)
LONGEST_ABSENCE = 7
"""Days between two questions for a package that its registry does not have."""


def next_reading(purl: str, *, after: datetime) -> datetime:
    """The package's own time of day, at least half a day later.

    It follows from the purl: so the packages are spread over the day, each read once in it.
    """
    midnight = after.replace(hour=0, minute=0, second=0, microsecond=0)
    number = int.from_bytes(hashlib.blake2b(purl.encode(), digest_size=8).digest(), "big")
    time = midnight + timedelta(seconds=number % 86_400)
    while time < after + HALF_A_DAY:
        time += DAY
    return time


def next_attempt(*, after: datetime, attempts: int) -> datetime:
    """When to try again after so many failures in a row: a quarter of an hour, doubled up to a day.

    Args:
        attempts: at least 1.
    """
    return after + min(FIRST_RETRY * (1 << min(attempts - 1, 10)), DAY)


def next_question(purl: str, *, after: datetime, attempts: int) -> datetime:
    """When to ask again for what the registry does not have or may not be asked for.

    A day later, then two, up to a week.
    """
    days = min(1 << min(attempts - 1, 10), LONGEST_ABSENCE)
    return next_reading(purl, after=after + (days - 1) * DAY)
