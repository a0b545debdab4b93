"""How a package is kept up, as facts: each with the sentence that says what it stands on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of a package; ``advisories`` are open ones of any of its versions."""

    last_release_at: datetime | None
    cadence_days: float | None
    releases_year: int
    versions: int
    yanked: int
    deprecated: str
    maintainers: int | None
    advisories: int


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact; ``evidence`` has its numbers in words. There is no score."""

    fact: str
    value: float | None
    evidence: str


def upkeep_facts(kept: Kept, *, now: datetime) -> Iterator[Fact]:
    """What can be said; nothing of what is not known. Days are counted in UTC."""
    if kept.last_release_at is not None:
        days = max(0, int((now - kept.last_release_at).total_seconds() // _DAY))
        when = f"{kept.last_release_at:%Y-%m-%d}"
        said = f"The last release came out on {when}, {_many(days, 'day')} ago."
        yield Fact("last_release_age", days, said)
    if kept.cadence_days is not None:
        half = f"Half of the releases came {kept.cadence_days:.0f} days or less after the last one"
        year = _many(kept.releases_year, "release")
        yield Fact("cadence", kept.cadence_days, f"{half}; {year} in the year before it was read.")
    if kept.deprecated:
        yield Fact("deprecated", 1, f"It is deprecated: {kept.deprecated}"[:500])
    if kept.yanked:
        of = _many(kept.versions, "version")
        verb = "is" if kept.yanked == 1 else "are"
        share = kept.yanked / max(1, kept.versions)
        yield Fact("yanked_share", share, f"{kept.yanked} of {of} {verb} yanked.")
    if kept.maintainers == 1:
        yield Fact("single_maintainer", 1, "One account alone may publish it.")
    if kept.advisories:
        verb = "is" if kept.advisories == 1 else "are"
        said = f"{_many(kept.advisories, 'advisory')} of its versions {verb} not withdrawn."
        yield Fact("advisories", kept.advisories, said)


def _many(number: int, thing: str) -> str:
    plural = f"{thing[:-1]}ies" if thing.endswith("y") and thing != "day" else f"{thing}s"
    return f"{number:,} {thing if number == 1 else plural}"
