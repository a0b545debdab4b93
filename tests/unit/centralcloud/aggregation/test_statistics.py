"""Statistics of the fleet, their history, and the clean-up."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings

from apps.centralcloud.aggregation import handlers, tasks
from apps.centralcloud.aggregation.models import Contribution, Stated, StatisticsSnapshot
from apps.centralcloud.aggregation.selectors.statistics import statistics_history
from apps.centralcloud.aggregation.services.adding_up import facts_aggregate
from apps.centralcloud.aggregation.services.cleaning import aggregates_clean
from apps.centralcloud.aggregation.services.statistics import statistics_generate
from apps.centralcloud.aggregation.services.withdrawing import instance_remove
from apps.shared.contracts.payloads.base import LARGEST
from apps.shared.contracts.payloads.statistics import StatisticsReported
from apps.shared.core.models import Job
from apps.shared.nats_bridge.models import OutboxMessage
from tests.common.factories.told import NOW, packages, pattern, patterns, received, revision

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def report(number: int, **fields: Any) -> StatisticsReported:
    counts = {"codebases": 1, "files": 10, "chunks": 100, "vectors": 100}
    return StatisticsReported(revision=number, reported_at=NOW, **{**counts, **fields})


def python(files: int) -> tuple[dict[str, Any], ...]:
    return ({"language": "python", "files": files, "chunks": 2 * files, "lines": 9},)


def test_the_last_reports_add_up_to_what_the_fleet_holds() -> None:
    handlers.statistics(
        [
            received("a", report(2, files=20, languages=python(20))),
            received("a", report(1, files=1_000)),
            received("b", report(1, languages=python(5))),
        ]
    )
    handlers.code_patterns([patterns("a", 1, "x", "y"), patterns("b", 1, "x")])
    handlers.packages([packages("a", 1, "pkg:npm/p")])
    facts_aggregate(now=NOW)
    told = statistics_generate(now=NOW)

    assert (told.codebases, told.files, told.chunks) == (2, 30, 200)
    assert [one.model_dump() for one in told.languages] == [
        {"language": "python", "files": 25, "chunks": 50, "lines": 18}
    ]
    assert [one.model_dump() for one in told.patterns] == [
        {"kind": "idiom", "language": "python", "patterns": 2}
    ]
    assert (told.shared_patterns, told.packages, told.contributions) == (1, 1, 4)
    assert told.instances["enrolled"] == 12
    message = OutboxMessage.objects.get()
    assert message.subject == "intelligence.insights.statistics"
    assert json.loads(bytes(message.data))["files"] == 30


def test_what_a_withdrawn_instance_reported_counts_no_more() -> None:
    handlers.statistics([received("a", report(1)), received("b", report(1, files=7))])
    instance_remove(instance="a")
    assert statistics_generate(now=NOW).files == 7


def test_sums_stay_what_messages_can_hold() -> None:
    handlers.statistics([received(name, report(1, files=LARGEST)) for name in ("a", "b")])
    assert statistics_generate(now=NOW).files == LARGEST


def test_revisions_grow_even_where_the_clock_stands_still() -> None:
    first, second = statistics_generate(now=NOW), statistics_generate(now=NOW)
    assert second.revision == first.revision + 1
    assert statistics_history(5) == [second, first]
    assert OutboxMessage.objects.count() == 1


def test_before_the_first_computation_there_are_none() -> None:
    assert statistics_history(5) == []


def test_the_clean_up_counts_what_it_removes_and_keeps_what_trends_need(
    settings: LazySettings,
) -> None:
    settings.RETENTION_DAYS = 1  # trends look back further
    handlers.code_patterns(
        [
            patterns("a", revision(NOW - 40 * DAY), withdrawn=(pattern("old").signature,)),
            patterns("b", revision(NOW - 20 * DAY), "x", withdrawn=(pattern("new").signature,)),
        ]
    )
    for hours in (0, 1, 2, 24 * 10, 24 * 10 + 1, 24 * 200, 24 * 201):
        statistics_generate(now=NOW - timedelta(hours=hours, minutes=hours % 2))

    assert aggregates_clean(now=NOW) == {"withdrawn": 1, "stated": 1, "snapshots": 2}
    assert Contribution.objects.count() == 2
    assert list(Stated.objects.values_list("instance", flat=True)) == ["b"]
    assert StatisticsSnapshot.objects.count() == 5
    assert aggregates_clean(now=NOW) == {"withdrawn": 0, "stated": 0, "snapshots": 0}


def test_what_keeps_old_messages_out_stays_as_long_as_the_stream_has_them(
    settings: LazySettings,
) -> None:
    settings.RETENTION_DAYS = 90
    young, old = revision(NOW - 89 * DAY), revision(NOW - 91 * DAY)
    gone = (pattern("x").signature,)
    handlers.code_patterns(
        [
            patterns("a", young, floor=young),
            patterns("b", old, floor=old),
            patterns("c", young, withdrawn=gone),
            patterns("d", old, withdrawn=gone),
        ]
    )
    removed = aggregates_clean(now=NOW)
    assert (removed["withdrawn"], removed["stated"]) == (1, 2)
    assert sorted(Stated.objects.values_list("instance", flat=True)) == ["a", "c"]


def test_of_history_each_hour_stays_for_a_week_each_day_for_ninety_and_then_each_month() -> None:
    hours = timedelta(hours=1)
    kept = [
        *(NOW - 2.2 * hours, NOW - 5 * hours, NOW - 6 * DAY, NOW - 6 * DAY - 2 * hours),
        *(NOW - 10 * DAY - 2 * hours, NOW - 11 * DAY - 2 * hours, NOW - 80 * DAY),
        *(NOW - 200 * DAY, NOW - 300 * DAY),
    ]
    thinned = [NOW - 2.5 * hours, NOW - 10 * DAY - 5 * hours, NOW - 201 * DAY]
    for moment in [*kept, *thinned]:
        statistics_generate(now=moment)
    assert aggregates_clean(now=NOW)["snapshots"] == len(thinned)
    assert set(StatisticsSnapshot.objects.values_list("generated_at", flat=True)) == set(kept)


def test_scheduled_runs_say_in_their_rows_what_they_did() -> None:
    handlers.code_patterns([patterns("a", 1, "x")])
    tasks.aggregate()
    tasks.statistics()
    tasks.clean_up()
    results = dict(Job.objects.values_list("kind", "result"))
    assert results["aggregate"]["written"] == 1
    assert results["statistics"]["contributions"] == 1
    assert results["clean_up"] == {"withdrawn": 0, "stated": 0, "snapshots": 0}
