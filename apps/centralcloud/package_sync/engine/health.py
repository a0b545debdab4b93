"""Numbers of a package's upkeep, from its versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import NamedTuple

YEAR = timedelta(days=365)
_DAY = timedelta(days=1)


class Release(NamedTuple):
    """What counts of a version."""

    released_at: datetime | None
    prerelease: bool
    yanked: bool
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class Health:
    """Versions that are there, yanked ones of them, and when releases came out.

    ``cadence_days`` is the median of the days between two releases, none with less than two.
    """

    versions_count: int
    yanked_count: int
    releases_year: int
    cadence_days: float | None
    first_release_at: datetime | None
    last_release_at: datetime | None


def health_of(versions: Sequence[Release], *, now: datetime) -> Health:
    """Numbers of the versions that were not withdrawn.

    Releases are those that are no pre-releases; where there are only such, they count.
    """
    there = [one for one in versions if not one.withdrawn]
    releases = [one for one in there if not one.prerelease] or there
    times = sorted(one.released_at for one in releases if one.released_at is not None)
    gaps = [(later - earlier) / _DAY for earlier, later in pairwise(times)]
    return Health(
        versions_count=len(there),
        yanked_count=sum(one.yanked for one in there),
        releases_year=sum(now - YEAR < time <= now for time in times),
        cadence_days=median(gaps) if gaps else None,
        first_release_at=times[0] if times else None,
        last_release_at=times[-1] if times else None,
    )
