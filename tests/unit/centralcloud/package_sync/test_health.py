"""Numbers of a package's upkeep, from its versions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from apps.centralcloud.package_sync.engine.health import Release, health_of
from apps.centralcloud.package_sync.engine.upkeep import Kept, upkeep_facts

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def out(days: float, *, prerelease: bool = False, yanked: bool = False) -> Release:
    """A version that came out so many days ago."""
    return Release(NOW - timedelta(days=days), prerelease, yanked, withdrawn=False)


def test_the_year_is_that_before_the_reading() -> None:
    found = health_of([out(366), out(365), out(364), out(0), out(-1)], now=NOW)
    assert found.releases_year == 2, "neither a day more than that ago nor one that is yet to come"
    assert found.versions_count == 5


def test_the_cadence_is_the_median_of_the_days_between_releases() -> None:
    times = [out(100), out(90), out(1), out(95, prerelease=True)]
    assert health_of(times, now=NOW).cadence_days == (10 + 89) / 2
    assert health_of([out(5)], now=NOW).cadence_days is None


def test_pre_releases_count_where_there_is_nothing_else_and_yanked_versions_apart() -> None:
    early = [out(9, prerelease=True), out(3, prerelease=True, yanked=True)]
    found = health_of(early, now=NOW)
    assert (found.releases_year, found.cadence_days, found.yanked_count) == (2, 6, 1)
    gone = Release(NOW, prerelease=False, yanked=True, withdrawn=True)
    found = health_of([gone, Release(None, False, False, False)], now=NOW)
    assert (found.versions_count, found.yanked_count, found.last_release_at) == (1, 0, None)


def test_the_share_of_yanked_versions_is_of_those_that_are_there() -> None:
    kept = Kept(None, None, 0, versions=4, yanked=1, deprecated="", maintainers=2, advisories=0)
    (fact,) = upkeep_facts(kept, now=NOW)
    assert (fact.fact, fact.value) == ("yanked_share", 0.25)
    assert fact.evidence == "1 of 4 versions is yanked."
