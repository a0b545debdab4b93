"""What must hold of any messages in any order: searched for by hypothesis."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Literal

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.centralcloud.aggregation import handlers
from apps.centralcloud.aggregation.services.adding_up import facts_aggregate
from apps.centralcloud.aggregation.services.withdrawing import instance_remove
from apps.shared.nats_bridge.received import Received
from tests.common.factories import told
from tests.common.factories.told import NOW

pytestmark = pytest.mark.django_db
searched = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
DAY = timedelta(days=1)
TEMPLATES = ("x", "y")
INSTANCES = ("a", "a", "b", "c")
TABLES = {
    "aggregation_contribution": "subject, instance, codebase, key, revision, withdrawn, kind,"
    " language, name, occurrences, files, opportunities, confidence, details, first_seen_at,"
    " withdrawn_at",
    "aggregation_stated": "instance, codebase, subject, floor, revision",
    "aggregation_globalfact": "subject, key, kind, language, name, tellers, shown, instances,"
    " codebases, occurrences, files, opportunities, eligible, share, confidence, joined,"
    ' "left", trend, details, first_seen_at, first_seen_instance, revisit_at',
    "aggregation_member": "population, instance",
}
Kind = Literal["patterns", "packages"]
Told = tuple[Kind, Received[Any]]


@contextmanager
def example() -> Iterator[None]:
    """A database of its own for each course of an example."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def revisions() -> st.SearchStrategy[int]:
    """Few, so that they collide; recent, so that trends show."""
    return st.sampled_from([0, *(told.revision(NOW - n * DAY) for n in (29, 10, 2))])


@st.composite
def pattern_messages(draw: st.DrawFn) -> Told:
    revision = draw(revisions())
    floor = draw(st.sampled_from([0, 0, revision]) | revisions())
    facts = [
        told.pattern(
            draw(st.sampled_from([template, template + " "])),
            canonical=template,
            occurrences=draw(st.integers(2, 4)),
            opportunities=draw(st.sampled_from([None, 9])),
            first_seen_at=NOW - draw(st.integers(0, 40)) * DAY,
        )
        for template in draw(st.lists(st.sampled_from(TEMPLATES), max_size=2, unique=True))
    ]
    withdrawn = draw(st.lists(st.sampled_from(TEMPLATES), max_size=2, unique=True))
    return "patterns", told.patterns(
        draw(st.sampled_from(INSTANCES)),
        revision,
        *facts,
        withdrawn=tuple(told.signature(template) for template in withdrawn),
        floor=floor,
        base=draw(st.sampled_from(["one", "one", "two"])),
        stored_at=NOW - draw(st.sampled_from([0, 9])) * DAY,
    )


@st.composite
def package_messages(draw: st.DrawFn) -> Told:
    return "packages", told.packages(
        draw(st.sampled_from(INSTANCES)),
        draw(revisions()),
        draw(st.sampled_from(["pkg:npm/p@1.0", "pkg:npm/p@2.0", "pkg:pypi/q"])),
        withdrawn=tuple(draw(st.lists(st.just("pkg:npm/p"), max_size=1))),
    )


messages = st.lists(pattern_messages() | package_messages(), max_size=10)


@st.composite
def courses(draw: st.DrawFn) -> tuple[list[list[Told]], list[list[Told]]]:
    """The same messages on two courses: other orders, repeats and batches."""
    given_messages = draw(messages)

    def course() -> list[list[Told]]:
        again = (
            draw(st.lists(st.sampled_from(given_messages), max_size=4)) if given_messages else []
        )
        order = draw(st.permutations([*given_messages, *again]))
        cuts = sorted(draw(st.lists(st.integers(0, len(order)), max_size=4)))
        return [order[a:b] for a, b in zip([0, *cuts], [*cuts, len(order)], strict=True)]

    return course(), course()


def apply(batch: Sequence[Told]) -> None:
    handlers.code_patterns([one for kind, one in batch if kind == "patterns"])
    handlers.packages([one for kind, one in batch if kind == "packages"])


def rows(*without: str) -> dict[str, list[Any]]:
    """All rows of all tables, sorted."""
    found = {}
    with connection.cursor() as cursor:
        for table, columns in TABLES.items():
            if table in without:
                continue
            cursor.execute(f"SELECT row({columns})::text FROM {table} ORDER BY 1")
            found[table] = [row[0] for row in cursor.fetchall()]
    return found


@searched
@given(courses())
def test_order_repeats_and_batches_come_to_the_same(
    two: tuple[list[list[Told]], list[list[Told]]],
) -> None:
    ends = []
    for course in two:
        with example():
            for number, batch in enumerate(course):
                apply(batch)
                if number % 2:
                    facts_aggregate(now=NOW)
            facts_aggregate(now=NOW)
            ends.append(rows())
    assert ends[0] == ends[1]


@searched
@given(messages, st.sampled_from(INSTANCES), st.integers(0, 10))
def test_to_withdraw_an_instance_is_never_to_have_had_it(
    told_messages: list[Told], instance: str, cut: int
) -> None:
    with example():
        apply(told_messages[:cut])
        facts_aggregate(now=NOW)
        apply(told_messages[cut:])
        instance_remove(instance=instance)
        facts_aggregate(now=NOW)
        withdrawn = rows()
    with example():
        apply([one for one in told_messages if one[1].instance != instance])
        facts_aggregate(now=NOW)
        assert rows() == withdrawn


@searched
@given(messages, st.lists(st.integers(0, 40), max_size=3).map(sorted))
def test_what_was_added_up_in_steps_is_what_a_full_run_comes_to(
    told_messages: list[Told], days: list[int]
) -> None:
    with example():
        for day in days:
            apply(told_messages[:2])
            del told_messages[:2]
            facts_aggregate(now=NOW + day * DAY)
        apply(told_messages)
        end = NOW + (days[-1] if days else 0) * DAY
        facts_aggregate(now=end)
        in_steps = rows()
        facts_aggregate(full=True, now=end)
        assert rows() == in_steps


@searched
@given(messages)
def test_nothing_is_dirty_after_what_is_known_comes_again(told_messages: list[Told]) -> None:
    with example():
        apply(told_messages)
        facts_aggregate(now=NOW)
        before = rows()
        apply(told_messages)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM aggregation_dirtyfact")
            assert cursor.fetchone() == (0,)
        assert rows() == before
