"""Online, stale, offline: the same in Python and in SQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from apps.centralcloud.fleet.engine.liveness import Liveness, liveness
from apps.centralcloud.fleet.models import Instance
from apps.centralcloud.fleet.selectors.instances import audiences, fleet_counts, liveness_filter
from tests.common.factories.fleet import InstanceFactory

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CASES = [
    (None, Liveness.NEW),
    (timedelta(hours=-1), Liveness.ONLINE),  # from the future
    (timedelta(0), Liveness.ONLINE),
    (timedelta(seconds=90), Liveness.ONLINE),
    (timedelta(seconds=90, microseconds=1), Liveness.STALE),
    (timedelta(minutes=15), Liveness.STALE),
    (timedelta(minutes=15, microseconds=1), Liveness.OFFLINE),
    (timedelta(days=4000), Liveness.OFFLINE),
]


def heard(age: timedelta | None) -> datetime | None:
    return None if age is None else NOW - age


@pytest.mark.parametrize(("age", "expected"), CASES)
def test_how_long_ago_it_was_heard_says_how_it_is(
    age: timedelta | None, expected: Liveness
) -> None:
    assert liveness(heard(age), now=NOW) == expected


@pytest.mark.django_db
def test_the_database_says_the_same_and_the_counts_add_up() -> None:
    for number, (age, _) in enumerate(CASES):
        time = heard(age)
        InstanceFactory(name=f"i{number}", heard_at=time, told_at=time, started_at=time)
    InstanceFactory(name="revoked", state="revoked")
    InstanceFactory(name="withdrawn", state="withdrawn", withdrawn_at=NOW)
    for one in Liveness:
        names = Instance.objects.filter(liveness_filter(one, now=NOW)).values_list(
            "name", flat=True
        )
        expected = {f"i{number}" for number, (_, what) in enumerate(CASES) if what == one}
        assert set(names) == expected
    counts = fleet_counts(now=NOW)
    assert counts == {
        "enrolled": 1, "online": 3, "stale": 2, "offline": 2, "revoked": 1, "withdrawn": 1,
    }  # fmt: skip
    assert sum(counts.values()) == Instance.objects.count()
    assert len(audiences()) == len(CASES)
