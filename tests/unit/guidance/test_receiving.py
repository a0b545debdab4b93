"""Of each audience the newest revision holds, in whatever order messages come."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from django.conf import LazySettings
from django.utils import timezone

from apps.shared.contracts.payloads.insights import InsightsAggregated
from apps.singularity.guidance import handlers
from apps.singularity.guidance.models import FleetStatistics, Insight, SharedFact
from apps.singularity.guidance.selectors import insights_told
from apps.singularity.guidance.services import insight_dismiss, insights_apply, statistics_apply
from tests.common.factories.guidance import fleet, insight, own, shared, statistics
from tests.common.factories.told import received

pytestmark = pytest.mark.django_db


def keys() -> list[str]:
    return [row.key for row in insights_told()]


def test_a_newer_message_replaces_all_of_an_older_one() -> None:
    insights_apply(payload=own(1, insight("a"), insight("b")))
    insights_apply(payload=own(2, insight("b", score=9.0), insight("c")))
    assert keys() == ["b", "c"]
    gone = Insight.objects.get(key="a")
    assert gone.withdrawn_at is not None


def test_every_order_of_the_same_messages_ends_the_same() -> None:
    messages = [
        own(1, insight("a")),
        own(2, insight("b")),
        own(2, insight("b")),
        own(3, insight("a"), insight("c")),
    ]
    ends = set()
    for order in permutations(messages):
        Insight.objects.all().delete()
        from apps.singularity.guidance.models import Telling

        Telling.objects.all().delete()
        handlers.insights([received("", one) for one in order])
        ends.add(tuple(keys()))
    assert ends == {("a", "c")}


def test_what_all_are_told_does_not_touch_what_the_instance_alone_is_told() -> None:
    insights_apply(payload=own(5, insight("a")))
    insights_apply(payload=fleet(1, insight("b"), facts=(shared("pkg:pypi/requests"),)))
    insights_apply(payload=own(6, insight("c")))
    assert keys() == ["b", "c"]
    assert SharedFact.objects.get().key == "pkg:pypi/requests"


def test_an_older_message_that_comes_late_changes_nothing() -> None:
    insights_apply(payload=fleet(2, insight("new"), facts=(shared("pkg:pypi/new"),)))
    assert not insights_apply(payload=fleet(1, insight("old"), facts=(shared("pkg:pypi/old"),)))
    assert keys() == ["new"]
    assert SharedFact.objects.get().key == "pkg:pypi/new"


def test_what_is_for_another_instance_is_left() -> None:
    payload = InsightsAggregated(
        audience="somebody-else", revision=9, generated_at=timezone.now(), insights=(insight("x"),)
    )
    assert not insights_apply(payload=payload)
    assert keys() == []


def test_instances_that_share_a_database_are_told_apart(settings: LazySettings) -> None:
    insights_apply(payload=own(2, insight("a")))
    here = settings.INSTANCE_ID
    settings.INSTANCE_ID = "another"
    assert keys() == []
    insights_apply(payload=own(1, insight("b")))
    assert keys() == ["b"]
    insights_apply(payload=own(2, insight("a"), insight("b")))
    insight_dismiss(key="a")
    assert keys() == ["b"]
    settings.INSTANCE_ID = here
    assert keys() == ["a"]


def test_the_same_told_to_all_and_to_the_instance_is_shown_once_as_its_own() -> None:
    insights_apply(payload=fleet(1, insight("same", reason="all"), insight("other")))
    insights_apply(payload=own(1, insight("same", reason="mine")))
    assert sorted(row.reason for row in insights_told() if row.key == "same") == ["mine"]
    insights_apply(payload=own(2))
    assert sorted(row.reason for row in insights_told() if row.key == "same") == ["all"]


def test_a_dismissed_insight_stays_so_when_it_is_told_again() -> None:
    insights_apply(payload=own(1, insight("a")))
    insight_dismiss(key="a")
    insights_apply(payload=own(2))
    insights_apply(payload=own(3, insight("a", score=8.0)))
    assert keys() == []
    row = Insight.objects.get(key="a")
    assert (row.withdrawn_at, row.score) == (None, 8.0)


def test_what_was_withdrawn_long_ago_is_kept_no_more(settings: LazySettings) -> None:
    insights_apply(payload=own(1, insight("a"), insight("b")))
    insights_apply(payload=own(2, insight("b")))
    long_ago = timezone.now() - timedelta(days=settings.RETENTION_DAYS + 1)
    Insight.objects.filter(key="a").update(withdrawn_at=long_ago)
    insights_apply(payload=own(3, insight("b")))
    assert list(Insight.objects.values_list("key", flat=True)) == ["b"]


def test_the_newest_statistics_hold() -> None:
    handlers.statistics([received("", statistics(2)), received("", statistics(1, files=1))])
    assert not statistics_apply(payload=statistics(2))
    kept: Any = FleetStatistics.objects.get()
    assert (kept.revision, kept.report["files"]) == (2, 12_345)
