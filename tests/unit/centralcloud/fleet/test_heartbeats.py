"""The last heartbeat of each instance, whatever the order in which they come."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from apps.centralcloud.fleet.handlers import heartbeats
from apps.centralcloud.fleet.models import Instance
from tests.common.factories.fleet import InstanceFactory, heartbeat

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_a_heartbeat_says_what_the_instance_does_and_has() -> None:
    InstanceFactory(name="acme")
    job = {"kind": "train", "done": 3, "total": 9, "unit": "steps", "elapsed_seconds": 2}
    job["loss"] = 4.75
    said = {"jobs": [job], "languages": ["python", "rust"], "patterns": 40, "queued": 7}
    heartbeats([heartbeat("acme", NOW, told_at=NOW + 8 * SECOND, lag_seconds=12.5, **said)])
    row = Instance.objects.get(name="acme")
    assert (row.heard_at, row.skew) == (NOW, 8 * SECOND)
    assert row.jobs == [job]
    assert (row.languages, row.patterns, row.queued, row.lag_seconds) == (
        ["python", "rust"], 40, 7, 12.5,
    )  # fmt: skip
    assert (row.version, row.mode) == ("0.1.0", "read-write")


def test_any_order_and_repetition_leaves_the_same() -> None:
    InstanceFactory(name="a")
    InstanceFactory(name="b")
    said = [heartbeat(name, NOW + n * SECOND, files=n) for n in range(8) for name in "ab"]
    shuffler = random.Random(7)
    for _ in range(10):
        Instance.objects.update(heard_at=None, told_at=None, started_at=None, files=0)
        given = said + shuffler.sample(said, 5)
        shuffler.shuffle(given)
        middle = shuffler.randrange(len(given))
        heartbeats(given[:middle])
        heartbeats(given[middle:])
        rows = Instance.objects.order_by("name").values_list("files", "heard_at")
        assert list(rows) == [(7, NOW + 7 * SECOND)] * 2


def test_an_older_one_changes_nothing() -> None:
    InstanceFactory(name="acme")
    heartbeats([heartbeat("acme", NOW, files=5)])
    heartbeats([heartbeat("acme", NOW - SECOND, files=4)])
    assert Instance.objects.get(name="acme").files == 5


@pytest.mark.parametrize(
    "told_at",
    [
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(1, 1, 1, tzinfo=datetime.fromisoformat("2000-01-01T00:00:00+14:00").tzinfo),
        datetime(9999, 12, 31, 23, 59, tzinfo=UTC),
        datetime.fromisoformat("9999-12-31T23:59:59-14:00"),
    ],
)
def test_a_clock_that_is_wrong_by_ages_is_kept_as_wrong_by_a_century(told_at: datetime) -> None:
    InstanceFactory(name="acme")
    heartbeats([heartbeat("acme", NOW, told_at=told_at)])
    skew = Instance.objects.get(name="acme").skew
    assert skew is not None
    assert abs(skew) == timedelta(days=36_500)


def test_an_instance_that_is_not_in_the_fleet_is_not_made_up() -> None:
    heartbeats([heartbeat("nobody", NOW)])
    assert not Instance.objects.exists()


def test_a_batch_of_many_instances_costs_a_fixed_number_of_queries(
    django_assert_max_num_queries: pytest.FixtureRequest,
) -> None:
    for number in range(200):
        InstanceFactory(name=f"i{number}")
    said = [heartbeat(f"i{number % 200}", NOW + number * SECOND) for number in range(600)]
    with django_assert_max_num_queries(1):  # type: ignore[operator]  # of pytest-django
        heartbeats(said)
    assert Instance.objects.filter(heard_at__gte=NOW + 400 * SECOND).count() == 200


@pytest.mark.django_db(transaction=True)
def test_two_that_write_the_same_instances_at_once_end_with_the_newest() -> None:
    names = [f"i{number}" for number in range(20)]
    for name in names:
        InstanceFactory(name=name)

    def write(offset: int) -> None:
        order = names if offset % 2 else names[::-1]
        for turn in range(10):
            moment = NOW + (10 * offset + turn) * SECOND
            heartbeats([heartbeat(name, moment, files=10 * offset + turn) for name in order])
        connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    assert set(Instance.objects.values_list("files", flat=True)) == {39}
