"""How messages become contributions."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from apps.centralcloud.aggregation import handlers
from apps.centralcloud.aggregation.models import (
    Contribution,
    DirtyFact,
    DirtyMember,
    GlobalFact,
    Stated,
)
from apps.centralcloud.aggregation.services import adding_up
from apps.centralcloud.aggregation.services.adding_up import facts_aggregate
from apps.centralcloud.aggregation.services.contributing_sql import BUCKETS
from apps.centralcloud.aggregation.services.withdrawing import instance_remove
from apps.centralcloud.fleet.models import Instance
from apps.shared.nats_bridge.received import Received
from tests.common.factories.told import (
    NOW,
    architecture,
    codebase,
    frameworks,
    packages,
    pattern,
    patterns,
    revision,
    signature,
)
from tests.common.locks import Beside

pytestmark = pytest.mark.django_db
EVERY_BUCKET = list(range(BUCKETS))


def live() -> list[tuple[str, str]]:
    rows = Contribution.objects.filter(withdrawn=False)
    return sorted(rows.values_list("instance", "name"))


def unmark() -> None:
    DirtyFact.objects.all().delete()
    DirtyMember.objects.all().delete()


def test_an_empty_message_says_only_how_far_its_code_base_has_told() -> None:
    handlers.code_patterns([patterns("a", 7)])
    handlers.code_patterns([])
    stated = Stated.objects.get()
    assert (stated.instance, stated.codebase, stated.subject) == (
        "a",
        codebase("a/main"),
        "pattern",
    )
    assert (stated.revision, stated.floor) == (7, 0)
    assert not DirtyFact.objects.exists()


def test_a_message_of_as_many_patterns_as_there_can_be() -> None:
    handlers.code_patterns([patterns("a", 0, *(f"x{n}" for n in range(2_000)))])
    assert Contribution.objects.count() == DirtyFact.objects.count() == 2_000


def test_the_highest_revision_wins_in_one_batch_and_over_several() -> None:
    first, second = pattern("x", occurrences=3), pattern("x", occurrences=4)
    handlers.code_patterns([patterns("a", 2, second), patterns("a", 1, first)])
    assert Contribution.objects.get().occurrences == 4
    handlers.code_patterns([patterns("a", 1, first)])
    assert Contribution.objects.get().occurrences == 4


def test_at_one_revision_present_beats_withdrawn() -> None:
    withdrawal = patterns("a", 5, withdrawn=(signature("x"),))
    handlers.code_patterns([withdrawal, patterns("a", 5, "x"), withdrawal])
    handlers.code_patterns([withdrawal])
    assert live() == [("a", "x")]


def test_what_an_older_message_says_cannot_bring_back_what_was_withdrawn() -> None:
    handlers.code_patterns([patterns("a", 5, withdrawn=(signature("never seen"),))])
    handlers.code_patterns([patterns("a", 4, "never seen")])
    assert live() == []


def test_a_withdrawn_fact_keeps_nothing_of_its_content() -> None:
    at = NOW - timedelta(days=3)
    handlers.packages([packages("a", 1, "pkg:npm/secret@1.0")])
    handlers.packages([packages("a", revision(at), withdrawn=("pkg:npm/secret",))])
    row = Contribution.objects.get()
    assert (row.name, row.kind, row.details, row.occurrences) == ("", "", {}, 0)
    assert row.withdrawn_at == at


def test_a_floor_removes_what_is_under_it_and_keeps_out_what_comes_later() -> None:
    handlers.code_patterns([patterns("a", 1, "gone", "kept"), patterns("a", 1, "other", base="b")])
    handlers.code_patterns([patterns("a", 9, "kept", floor=9)])
    handlers.code_patterns([patterns("a", 8, "late"), patterns("a", 10, "new")])
    assert live() == [("a", "kept"), ("a", "new"), ("a", "other")]


def test_a_floor_above_its_own_revision_leaves_nothing() -> None:
    handlers.code_patterns([patterns("a", 5, "x", floor=6)])
    assert live() == []


def test_one_key_in_two_code_bases_is_two_contributions() -> None:
    handlers.code_patterns([patterns("a", 1, "x"), patterns("a", 1, "x", base="b")])
    assert live() == [("a", "x"), ("a", "x")]


def test_names_of_any_characters_stay_as_they_are() -> None:
    odd = "tab\tquote'\"\\N back\\slash\r\nnew %s {} \u202e\U0001f600 \x01"
    handlers.code_patterns([patterns("a", 1, odd)])
    facts_aggregate(now=NOW)
    assert Contribution.objects.get().name == odd == GlobalFact.objects.get().name


def test_a_restatement_of_the_same_content_makes_nothing_dirty() -> None:
    handlers.code_patterns([patterns("a", 1, "x", "y")])
    unmark()
    handlers.code_patterns([patterns("a", 2, "x", "y", floor=2)])
    assert not DirtyFact.objects.exists()
    assert not DirtyMember.objects.exists()
    assert set(Contribution.objects.values_list("revision", flat=True)) == {2}


@pytest.mark.django_db(transaction=True)
def test_a_repeated_message_leaves_no_dead_row() -> None:
    batch = [patterns("a", 1, "x", "y"), patterns("b", 1, "x", withdrawn=(signature("z"),))]
    handlers.code_patterns(batch)
    before = versions()
    handlers.code_patterns(batch)
    assert versions() == before


def versions() -> list[Any]:
    """Where each row lies and who wrote it: both change with every new version of a row."""
    found = []
    with connection.cursor() as cursor:
        for table in ("aggregation_contribution", "aggregation_stated", "aggregation_dirtyfact"):
            cursor.execute(f"SELECT ctid::text, xmin::text, id FROM {table} ORDER BY id")
            found.append(cursor.fetchall())
    return found


def test_a_withdrawn_instance_is_not_heard() -> None:
    Instance.objects.filter(name="a").update(state="withdrawn", withdrawn_at=timezone.now())
    handlers.code_patterns([patterns("a", 1, "x"), patterns("b", 1, "x")])
    assert live() == [("b", "x")]


def test_all_subjects_of_an_instance_go_when_it_is_removed() -> None:
    handlers.code_patterns([patterns("a", 1, "x"), patterns("b", 1, "y")])
    handlers.packages([packages("a", 1, "pkg:npm/p")])
    handlers.frameworks([frameworks("a", 1, ("django", ""))])
    handlers.architecture([architecture("a", 1, "layered")])
    facts_aggregate(now=NOW)

    assert instance_remove(instance="a") == 4
    facts_aggregate(now=NOW)
    assert list(GlobalFact.objects.values_list("key", flat=True)) == [signature("y")]
    assert list(Stated.objects.values_list("instance", flat=True)) == ["b"]


@pytest.fixture
def two_threads(transactional_db: None) -> Iterator[ThreadPoolExecutor]:
    """Two workers, whose connections are closed in the end."""
    pool = ThreadPoolExecutor(2, initializer=lambda: None)
    yield pool
    both = Barrier(2)

    def leave() -> None:
        both.wait()
        connections.close_all()

    list(pool.map(lambda _: leave(), range(2)))
    pool.shutdown()


@pytest.mark.django_db(transaction=True)
def test_batches_at_once_over_the_same_code_bases_all_come_in(
    two_threads: ThreadPoolExecutor,
) -> None:
    def course(order: int) -> None:
        for turn in range(15):
            names = ["a", "b", "c", "d"][::order]
            handlers.code_patterns(
                [
                    patterns(name, 2 * turn + (order > 0), *(f"x{n}" for n in range(30)))
                    for name in names
                ]
            )

    list(two_threads.map(course, (1, -1)))
    assert Contribution.objects.count() == 120
    assert set(Contribution.objects.values_list("revision", flat=True)) == {29}


@pytest.mark.django_db(transaction=True)
def test_two_that_add_up_while_messages_come_in_lose_none(two_threads: ThreadPoolExecutor) -> None:
    told: list[Received[Any]] = [
        patterns(name, turn, *(f"x{n}" for n in range(turn, turn + 20)), floor=turn)
        for turn in range(12)
        for name in ("a", "b", "c")
    ]

    def course(receives: bool) -> None:
        for one in told:
            if receives:
                handlers.code_patterns([one])
            facts_aggregate(now=NOW)

    list(two_threads.map(course, (True, False)))
    facts_aggregate(now=NOW)
    in_steps = sorted(GlobalFact.objects.values_list("key", "instances", "occurrences", "eligible"))
    facts_aggregate(full=True, now=NOW)
    full = sorted(GlobalFact.objects.values_list("key", "instances", "occurrences", "eligible"))
    assert in_steps == full
    assert len(full) == 20


@pytest.mark.django_db(transaction=True)
def test_a_key_in_the_hands_of_one_worker_is_left_to_it_and_its_new_mark_stays() -> None:
    """Two that add up one key: the one that looked first might write last."""
    handlers.code_patterns([patterns("a", 1, "x")])
    keys: list[int] = []

    def another() -> None:
        handlers.code_patterns([patterns("b", 1, "x")])
        keys.append(adding_up._chunk(EVERY_BUCKET, NOW).keys)

    beside = Beside(another)
    with transaction.atomic():
        assert adding_up._chunk(EVERY_BUCKET, NOW).keys == 1
        assert not beside.start()
    assert keys == [0]
    assert adding_up._chunk(EVERY_BUCKET, NOW).keys == 1
    assert GlobalFact.objects.get().instances == 2


@pytest.mark.django_db(transaction=True)
def test_who_counts_populations_waits_for_those_who_add_up() -> None:
    """A share that is being written of the old number would stay as it is."""
    handlers.code_patterns([patterns("a", 1, "x")])
    facts_aggregate(now=NOW)
    handlers.code_patterns([patterns("a", 2, "y"), patterns("b", 1, "z")])
    beside = Beside(lambda: facts_aggregate(now=NOW))
    with transaction.atomic():
        assert adding_up._chunk(EVERY_BUCKET, NOW).keys == 2
        assert beside.start()
    beside.join()
    assert set(GlobalFact.objects.values_list("eligible", flat=True)) == {2}


def test_an_error_later_in_the_transaction_takes_everything_back() -> None:
    def failing() -> None:
        with transaction.atomic():
            handlers.code_patterns([patterns("a", 1, "x")])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing()
    handlers.code_patterns([dataclasses.replace(patterns("a", 1, "y"))])
    assert live() == [("a", "y")]
