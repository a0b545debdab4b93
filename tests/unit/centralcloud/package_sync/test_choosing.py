"""Which packages are wanted, how deep, and which of them instances may hear of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import LazySettings
from hypothesis import given
from hypothesis import strategies as st

from apps.centralcloud.package_sync.engine.record import DependencyRecord, Scope, VersionRecord
from apps.centralcloud.package_sync.engine.times import (
    DAY,
    next_attempt,
    next_question,
    next_reading,
)
from apps.centralcloud.package_sync.models import Package, Seed, Use
from apps.centralcloud.package_sync.services.choosing import packages_choose
from apps.centralcloud.package_sync.services.storing import package_store
from apps.shared.knowledge_cache.models import Source
from tests.common.factories.packages import declare, record, version

A, B, C, D, E = (f"pkg:npm/{name}" for name in "abcde")
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def two_steps(settings: LazySettings) -> None:
    """Two steps of dependencies, and two instances until a package is shown."""
    settings.PACKAGE_DEPTH, settings.PATTERN_MIN_INSTANCES = 2, 2


def chain() -> None:
    """A needs B needs C needs D needs E."""
    for purl, needed in ((A, B), (B, C), (C, D), (D, E)):
        package_store(record=record(purl, [version("1.0.0", {needed: "^1"})]))


def depths() -> dict[str, int | None]:
    """Wanted packages."""
    rows = Package.objects.filter(depth__isnull=False)
    return dict(rows.values_list("purl", "depth").order_by("purl"))


def shown() -> list[str]:
    """What instances may hear of."""
    return list(Package.objects.filter(shown=True).values_list("purl", flat=True))


def due() -> list[str]:
    """What is to be read some time."""
    return list(Package.objects.filter(due_at__isnull=False).values_list("purl", flat=True))


def test_what_is_declared_and_what_it_needs_to_the_depth_of_the_setting() -> None:
    chain()
    declare(A, "one")
    chosen = packages_choose(now=NOW)
    assert depths() == {A: 0, B: 1, C: 2}
    assert (chosen.wanted, chosen.new, chosen.left_out) == (3, 3, 0)
    assert due() == [A, B, C]
    assert set(Package.objects.filter(purl__in=due()).values_list("due_at", flat=True)) == {NOW}


def test_a_shorter_way_counts_and_goes_on_from_there() -> None:
    chain()
    declare(A, "one")
    declare(C, "one")
    packages_choose()
    assert depths() == {A: 0, B: 1, C: 0, D: 1, E: 2}


def test_a_seed_has_a_depth_of_its_own_and_is_shown() -> None:
    chain()
    Seed.objects.create(purl=A, depth=1)
    Seed.objects.create(purl="pkg:hex/phoenix", depth=0)
    packages_choose()
    assert depths() == {A: 0, B: 1, "pkg:hex/phoenix": 0}
    assert shown() == ["pkg:hex/phoenix", A, B]


def test_a_way_that_leads_further_is_followed_though_it_is_longer() -> None:
    chain()
    Seed.objects.create(purl=B, depth=0)
    Seed.objects.create(purl=A, depth=4)
    packages_choose()
    assert depths() == {A: 0, B: 0, C: 1, D: 2, E: 3}


def test_a_seed_without_depth_is_followed_where_a_declared_package_needs_it() -> None:
    chain()
    Seed.objects.create(purl=B, depth=0)
    declare(A, "one")
    packages_choose()
    assert depths() == {A: 0, B: 0, C: 1}
    assert shown() == [B]


def test_what_one_instance_declares_is_shown_where_a_seed_needs_it() -> None:
    chain()
    Seed.objects.create(purl=A, depth=2)
    declare(B, "one")
    packages_choose()
    assert depths() == {A: 0, B: 0, C: 1, D: 2}
    assert shown() == [A, B, C]


def test_circles_end() -> None:
    package_store(record=record(A, [version("1.0.0", {B: "*", A: "*"})]))
    package_store(record=record(B, [version("1.0.0", {A: "*"})]))
    Seed.objects.create(purl=A, depth=5)
    packages_choose()
    assert depths() == {A: 0, B: 1}


def test_what_only_one_instance_declares_is_not_shown_nor_what_it_needs() -> None:
    chain()
    declare(A, "one")
    declare(C, "one", "two")
    packages_choose()
    assert shown() == [C, D, E]
    declare(A, "two")
    packages_choose()
    assert shown() == [A, B, C, D, E]


def test_what_is_shown_ends_where_the_way_from_what_is_shown_ends() -> None:
    """B is shown by a seed without depth, and leads to C only for the instance that declares it."""
    chain()
    Seed.objects.create(purl=B, depth=0)
    declare(B, "one")
    packages_choose()
    assert depths() == {B: 0, C: 1, D: 2}
    assert shown() == [B]


def test_versions_in_use_are_followed_beside_the_latest() -> None:
    package_store(
        record=record(A, [version("1.0.0", {B: "*"}), version("2.0.0", {C: "*"}), "0.1.0"],
                      latest="2.0.0")
    )  # fmt: skip
    declare(A, "one", versions=["1.0.0", "9.9.9"])
    packages_choose()
    assert depths() == {A: 0, B: 1, C: 1}


def test_a_version_that_one_instance_has_shows_nothing() -> None:
    package_store(record=record(A, [version("1.0.0", {B: "*"}), version("2.0.0", {C: "*"})]))
    declare(A, "one", versions=["1.0.0"])
    declare(A, "two", versions=["2.0.0"])
    packages_choose()
    assert depths() == {A: 0, B: 1, C: 1}
    assert shown() == [A, C]


def test_needs_of_development_are_not_followed() -> None:
    needs = tuple(DependencyRecord(f"pkg:npm/{scope.value}", "*", scope) for scope in Scope)
    package_store(record=record(A, [VersionRecord("1.0.0", dependencies=needs)]))
    declare(A, "one")
    packages_choose()
    assert set(depths()) == {A, "pkg:npm/runtime", "pkg:npm/build", "pkg:npm/peer"}


def test_what_nobody_wants_any_more_is_not_due_and_not_shown() -> None:
    chain()
    declare(A, "one", "two")
    packages_choose()
    Use.objects.all().delete()
    chosen = packages_choose()
    assert (chosen.wanted, chosen.dropped) == (0, 3)
    assert (depths(), due(), shown()) == ({}, [], [])
    assert Package.objects.count() == 5


def test_packages_whose_registry_is_not_asked_are_shown_but_never_due() -> None:
    declare("pkg:maven/org.slf4j/slf4j-api", "one", "two")
    packages_choose()
    assert shown() == ["pkg:maven/org.slf4j/slf4j-api"]
    assert due() == []


def test_choosing_again_changes_nothing() -> None:
    chain()
    declare(A, "one", "two")
    packages_choose(now=NOW)
    before = list(Package.objects.values()), list(Source.objects.values())
    chosen = packages_choose(now=NOW + DAY)
    assert (chosen.new, chosen.dropped) == (0, 0)
    assert (list(Package.objects.values()), list(Source.objects.values())) == before


def test_more_than_may_be_wanted_are_left_out_the_most_needed_first() -> None:
    for purl in (A, B, C):
        needs = {"pkg:npm/all": "*", f"pkg:npm/only-{purl[-1]}": "*"}
        package_store(record=record(purl, [version("1.0.0", needs)]))
        declare(purl, "one")
    chosen = packages_choose(most=4)
    assert (chosen.wanted, chosen.left_out) == (4, 3)
    assert set(depths()) == {A, B, C, "pkg:npm/all"}
    declare(D, "one", "two")
    assert packages_choose(most=2).left_out >= 2
    assert D in depths()


@given(st.text(min_size=1, max_size=30), st.integers(0, 4 * 10**9))
def test_each_package_is_read_once_a_day_at_its_own_time(purl: str, second: int) -> None:
    now = datetime.fromtimestamp(second, UTC)
    first = next_reading(purl, after=now)
    assert DAY / 2 <= first - now < 3 * DAY / 2
    assert next_reading(purl, after=first + timedelta(minutes=20)) == first + DAY


def test_readings_are_spread_over_the_day() -> None:
    hours = [next_reading(f"pkg:npm/{number}", after=NOW).hour for number in range(2_400)]
    assert all(60 < hours.count(hour) < 140 for hour in range(24))


def test_attempts_are_made_less_and_less_often() -> None:
    waits = [next_attempt(after=NOW, attempts=number) - NOW for number in (1, 2, 3, 7, 8, 10_000)]
    assert [wait / timedelta(minutes=15) for wait in waits] == [1, 2, 4, 64, 96, 96]
    days = [(next_question(A, after=NOW, attempts=number) - NOW) // DAY for number in (1, 2, 3, 9)]
    assert [day - days[0] for day in days] == [0, 1, 3, 6]
