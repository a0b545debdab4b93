"""What contributions add up to."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import LazySettings

from apps.centralcloud.aggregation import handlers
from apps.centralcloud.aggregation.models import Contribution, DirtyFact, GlobalFact, Member
from apps.centralcloud.aggregation.services.adding_up import facts_aggregate
from apps.centralcloud.aggregation.services.adding_up_sql import VERSIONS_SHOWN
from apps.shared.contracts.payloads.base import LARGEST
from apps.shared.contracts.payloads.code import CodePatternFact
from tests.common.factories.told import (
    NOW,
    architecture,
    frameworks,
    packages,
    pattern,
    patterns,
    revision,
    signature,
)

pytestmark = pytest.mark.django_db


def fact(key: str) -> GlobalFact:
    return GlobalFact.objects.get(key=key)


def test_a_pattern_adds_up_over_instances_and_code_bases() -> None:
    handlers.code_patterns(
        [
            patterns("a", 1, pattern("x = 1", occurrences=5, files=2), base="one"),
            patterns("a", 1, pattern("x = 1", occurrences=7, files=3), base="two"),
            patterns("b", 1, pattern("x = 1", occurrences=1, files=1, opportunities=4)),
            patterns("c", 1, "y = 2"),
            patterns("d", 1, pattern("z", language="go")),
        ]
    )
    added = facts_aggregate(now=NOW)

    one = fact(signature("x = 1"))
    assert added.keys == added.written == 3
    assert (one.name, one.kind, one.language) == ("x = 1", "idiom", "python")
    assert (one.instances, one.codebases, one.occurrences, one.files) == (2, 3, 13, 6)
    assert (one.opportunities, one.tellers, one.shown) == (4, 2, True)
    assert one.eligible == 3
    assert one.share == pytest.approx(2 / 3)
    assert one.confidence == pytest.approx(0.20765, abs=1e-5)  # Wilson's bound of 2 out of 3
    assert fact(signature("y = 2")).opportunities is None
    alone = fact(signature("z", language="go"))
    assert (alone.eligible, alone.share, alone.shown) == (1, 1.0, False)
    assert not DirtyFact.objects.exists()


def test_only_what_changed_is_added_up_again() -> None:
    handlers.code_patterns([patterns("a", 1, "x", "y"), patterns("b", 1, "x", "y")])
    facts_aggregate(now=NOW)
    handlers.code_patterns([patterns("a", 2, pattern("x", occurrences=9)), patterns("b", 2, "y")])

    added = facts_aggregate(now=NOW + timedelta(hours=1))

    assert (added.keys, added.written, added.reshared) == (1, 1, 0)
    assert fact(signature("x")).occurrences == 12
    assert fact(signature("y")).aggregated_at == NOW


def test_a_new_instance_changes_the_share_of_what_it_could_have_but_has_not() -> None:
    handlers.code_patterns([patterns("a", 1, "x"), patterns("a", 1, pattern("z", language="go"))])
    facts_aggregate(now=NOW)
    handlers.code_patterns([patterns("b", 1, "y")])
    added = facts_aggregate(now=NOW)

    assert added.reshared == 1
    assert (fact(signature("x")).eligible, fact(signature("x")).share) == (2, 0.5)
    assert fact(signature("z", language="go")).eligible == 1

    handlers.code_patterns([patterns("b", 2, withdrawn=(signature("y"),))])
    facts_aggregate(now=NOW)
    assert fact(signature("x")).share == 1.0
    assert sorted(Member.objects.values_list("population", "instance")) == [
        ("any", "a"), ("pattern:go", "a"), ("pattern:python", "a"),
    ]  # fmt: skip


def test_a_fact_that_nobody_has_any_more_is_gone() -> None:
    handlers.code_patterns([patterns("a", 1, "x")])
    facts_aggregate(now=NOW)
    handlers.code_patterns([patterns("a", 2, withdrawn=(signature("x"),))])

    assert facts_aggregate(now=NOW).removed == 1
    assert not GlobalFact.objects.exists()


def test_content_is_what_most_instances_tell_and_shown_when_enough_tell_it() -> None:
    def told(template: str) -> CodePatternFact:
        return pattern(template, canonical="x")

    handlers.code_patterns(
        [
            patterns("a", 1, told("mine")),
            patterns("a", 1, told("mine"), base="again"),
            patterns("b", 1, told("yours")),
        ]
    )
    facts_aggregate(now=NOW)
    key = signature("x")
    assert (fact(key).name, fact(key).tellers, fact(key).shown) == ("mine", 1, False)

    handlers.code_patterns([patterns("c", 1, told("yours"))])
    facts_aggregate(now=NOW)
    assert (fact(key).name, fact(key).tellers, fact(key).shown) == ("yours", 2, True)


def test_another_minimum_of_instances_holds_from_the_next_run_on(settings: LazySettings) -> None:
    handlers.code_patterns([patterns("a", 1, "x"), patterns("b", 1, "x")])
    facts_aggregate(now=NOW)
    settings.PATTERN_MIN_INSTANCES = 3
    facts_aggregate(now=NOW)
    assert not fact(signature("x")).shown


def test_the_trend_follows_who_joined_and_left_in_the_last_four_weeks() -> None:
    days = timedelta(days=1)
    handlers.code_patterns(
        [
            patterns("old", revision(NOW), pattern("x", first_seen_at=NOW - 40 * days)),
            patterns("new", revision(NOW), pattern("x", first_seen_at=NOW - 20 * days)),
            patterns("newer", revision(NOW), pattern("x", first_seen_at=NOW - 10 * days)),
            patterns("left", revision(NOW - 5 * days), withdrawn=(signature("x"),)),
            patterns("long-gone", revision(NOW - 50 * days), withdrawn=(signature("x"),)),
        ]
    )
    facts_aggregate(now=NOW)
    one = fact(signature("x"))
    assert (one.joined, one.left, one.trend) == (2, 1, 1)
    assert one.revisit_at == NOW + 8 * days
    assert (one.first_seen_at, one.first_seen_instance) == (NOW - 40 * days, "old")

    assert facts_aggregate(now=NOW + 7 * days).keys == 0
    assert facts_aggregate(now=NOW + 8 * days).keys == 1
    one.refresh_from_db()
    assert (one.joined, one.left, one.revisit_at) == (1, 1, NOW + 18 * days)
    facts_aggregate(now=NOW + 60 * days)
    one.refresh_from_db()
    assert (one.joined, one.left, one.trend) == (0, 0, 0)
    assert one.revisit_at is None


def test_a_clock_that_is_ahead_counts_from_when_the_message_came() -> None:
    ahead = NOW + timedelta(days=400)
    handlers.code_patterns(
        [
            patterns("a", revision(ahead), pattern("x", first_seen_at=ahead)),
            patterns("b", revision(ahead), withdrawn=(signature("x"),)),
        ]
    )
    facts_aggregate(now=NOW)
    one = fact(signature("x"))
    assert (one.joined, one.left) == (1, 1)
    assert one.revisit_at == NOW + timedelta(weeks=4)


def test_versions_of_packages_spread_over_instances() -> None:
    handlers.packages(
        [
            packages("a", 1, "pkg:pypi/django@5.2", "pkg:npm/react@18.0.0"),
            packages("a", 1, "pkg:pypi/django@4.2", base="old"),
            packages("b", 1, "pkg:pypi/django@5.2"),
            packages("c", 1, "pkg:pypi/django@5.2+secret.build"),
            packages("d", 1, "pkg:pypi/flask"),
        ]
    )
    facts_aggregate(now=NOW)
    django = fact("pkg:pypi/django")
    assert django.details == {"versions": {"5.2": 2, "4.2": 1}}  # an odd one says who uses it
    assert (django.kind, django.name, django.instances) == ("pypi", "pkg:pypi/django", 3)
    assert (django.codebases, django.occurrences, django.eligible) == (4, 4, 4)
    assert fact("pkg:npm/react").eligible == 1
    assert fact("pkg:pypi/flask").details == {}


def test_a_version_that_is_a_word_is_named_once_enough_instances_have_it() -> None:
    handlers.packages([packages("a", 1, "pkg:npm/p@next"), packages("b", 1, "pkg:npm/p@1.0")])
    facts_aggregate(now=NOW)
    assert fact("pkg:npm/p").details == {"versions": {"1.0": 1}}
    handlers.packages([packages("c", 1, "pkg:npm/p@next")])
    facts_aggregate(now=NOW)
    assert fact("pkg:npm/p").details == {"versions": {"1.0": 1, "next": 2}}


def test_of_many_versions_those_of_most_instances_are_kept() -> None:
    """A message holds no more of them, and one more would make every answer wrong."""
    told = [packages("a", 1, f"pkg:npm/p@1.{n}", base=str(n)) for n in range(VERSIONS_SHOWN + 10)]
    handlers.packages([*told, *(packages(name, 1, "pkg:npm/p@9.9") for name in ("b", "c"))])
    facts_aggregate(now=NOW)
    versions = fact("pkg:npm/p").details["versions"]
    assert len(versions) == VERSIONS_SHOWN == 50
    assert versions["9.9"] == 2


def test_frameworks_and_architecture_are_counted_over_all_instances() -> None:
    handlers.frameworks([frameworks("a", 1, ("django", "5.2")), frameworks("b", 1, ("django", ""))])
    handlers.architecture([architecture("a", 1, "layered")])
    handlers.code_patterns([patterns("c", 1, "x")])
    facts_aggregate(now=NOW)
    assert (fact("django").instances, fact("django").eligible) == (2, 3)
    assert (fact("django").kind, fact("django").details) == ("web", {"versions": {"5.2": 1}})
    assert (fact("layered").name, fact("layered").eligible) == ("Layered", 3)


def test_sums_stop_at_the_largest_number_that_messages_hold() -> None:
    huge = pattern("x", occurrences=LARGEST, files=LARGEST, opportunities=LARGEST)
    handlers.code_patterns([patterns(f"i-{n}", 1, huge) for n in range(3)])
    Contribution.objects.update(occurrences=2**63 - 1)
    facts_aggregate(now=NOW)
    one = fact(signature("x"))
    assert (one.occurrences, one.files, one.opportunities) == (LARGEST, LARGEST, LARGEST)
