"""From what instances told to what each of them is told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.db import connections
from django.utils import timezone

from apps.centralcloud.fleet.models import Instance
from apps.centralcloud.insights.models import Insight, Recommendation, Telling
from apps.centralcloud.insights.services import insights_generate
from apps.centralcloud.insights.services.storing import instance_remove
from apps.shared.contracts.payloads.insights import InsightsAggregated
from apps.shared.nats_bridge.models import OutboxMessage
from tests.common.factories import told
from tests.common.factories.fleet import InstanceFactory
from tests.common.factories.fleets import fleet_adds_up, fleet_tells

pytestmark = pytest.mark.django_db
SHARED = "with transaction.atomic():\n    $$$BODY"
OTHER = "for $A in $B:\n    $C.append($A)"
SECRET = "acme_internal_frobnicate($A)"


def messages() -> dict[str, InsightsAggregated]:
    """The unsent messages by audience."""
    return {
        row.state_key.removeprefix("insights:"): InsightsAggregated.model_validate_json(
            bytes(row.data)
        )
        for row in OutboxMessage.objects.filter(sent_at=None).order_by("id")
    }


def recommended(instance: str) -> list[tuple[str, str]]:
    return list(
        Recommendation.objects.filter(instance=instance, kind="adopt").values_list("kind", "name")
    )


@pytest.fixture
def three() -> None:
    """Two instances that share a pattern and a third one that has it not."""
    fleet_tells("one", patterns=[SHARED, SECRET], frameworks=[("django", "5.2")])
    fleet_tells("two", patterns=[SHARED, OTHER], frameworks=[("django", "4.2")])
    fleet_tells("three", patterns=[OTHER], frameworks=[("django", "5.2")])
    fleet_adds_up()


@pytest.mark.usefixtures("three")
def test_an_instance_is_recommended_what_all_others_of_a_small_fleet_have() -> None:
    insights_generate()
    assert recommended("three") == [("adopt", SHARED)]
    assert recommended("one") == [("adopt", OTHER)]
    assert recommended("two") == []
    row = Recommendation.objects.get(instance="three", kind="adopt")
    assert row.reason == (
        "2 of the 3 instances that use Django have this idiom; this instance does not."
    )
    assert row.evidence["having"] == 2
    assert row.evidence["of"] == 3
    assert row.evidence["confidence"] == pytest.approx(0.2077, abs=1e-4)


@pytest.mark.usefixtures("three")
def test_each_listener_gets_its_own_and_all_get_the_fleets() -> None:
    done = insights_generate()
    sent = messages()
    assert sorted(sent) == ["", "one", "three", "two"]
    assert done["messages"] == 4
    assert sent[""].audience is None
    assert {(fact.subject, fact.name) for fact in sent[""].facts} == {
        ("pattern", SHARED),
        ("pattern", OTHER),
        ("framework", "Django"),
    }
    assert [one.name for one in sent["three"].insights if one.kind == "adopt"] == [SHARED]
    assert OutboxMessage.objects.get(state_key="insights:three").subject == (
        "intelligence.insights.aggregated.three"
    )


@pytest.mark.usefixtures("three")
def test_what_too_few_have_is_in_no_message_and_no_row() -> None:
    insights_generate()
    key = told.signature(SECRET)
    for row in OutboxMessage.objects.all():
        assert b"acme" not in bytes(row.data)
        assert key.encode() not in bytes(row.data)
    for model in (Insight, Recommendation):
        for values in model.objects.values():
            assert "acme" not in str(values)
            assert key not in str(values)


@pytest.mark.usefixtures("three")
def test_a_higher_minimum_holds_for_what_was_added_up_under_a_lower_one(
    settings: LazySettings,
) -> None:
    settings.PATTERN_MIN_INSTANCES = 4
    assert insights_generate()["facts"] == 0
    assert not Insight.objects.exists()
    assert not Recommendation.objects.exists()
    assert all(not one.facts and not one.insights for one in messages().values())


@pytest.mark.usefixtures("three")
def test_unchanged_insights_are_told_again_only_after_six_hours() -> None:
    insights_generate()
    revisions = dict(Telling.objects.values_list("audience", "revision"))
    assert insights_generate()["messages"] == 0
    Telling.objects.update(sent_at=timezone.now() - timedelta(hours=6))
    assert insights_generate()["messages"] == 4
    assert dict(Telling.objects.values_list("audience", "revision")) == revisions


@pytest.mark.usefixtures("three")
def test_what_holds_no_more_is_told_to_hold_no_more() -> None:
    insights_generate()
    first = Telling.objects.get(audience="three").revision
    fleet_tells("three", patterns=[SHARED, OTHER], frameworks=[("django", "5.2")], enrolled=False)
    fleet_adds_up()
    insights_generate()
    assert recommended("three") == []
    assert [one.kind for one in messages()["three"].insights] == ["version_spread"]
    assert messages()["three"].revision > first
    assert OutboxMessage.objects.filter(state_key="insights:three").count() == 1


def test_an_insight_keeps_the_time_when_it_was_first_told() -> None:
    for name in ("one", "two"):
        fleet_tells(name, patterns=[SHARED, OTHER])
    fleet_tells("three", patterns=[OTHER])
    fleet_adds_up()
    insights_generate()
    before = Recommendation.objects.get(instance="three", kind="adopt")
    fleet_tells("four", patterns=[SHARED, OTHER])
    fleet_adds_up()
    insights_generate()
    after = Recommendation.objects.get(instance="three", kind="adopt")
    assert (after.key, after.first_told_at) == (before.key, before.first_told_at)
    assert after.evidence["of"] == 4
    assert after.changed_at > before.changed_at


def test_an_empty_fleet_and_a_lone_instance_are_told_nothing() -> None:
    assert insights_generate()["insights"] == 0
    fleet_tells("alone", patterns=[SHARED], packages=["pkg:pypi/requests@2.0"])
    fleet_adds_up()
    insights_generate()
    assert messages()["alone"].insights == ()
    assert messages()[""].facts == ()


def test_who_all_have_everything_are_recommended_nothing() -> None:
    for name in ("one", "two", "three", "four"):
        fleet_tells(name, patterns=[SHARED, OTHER], packages=["pkg:pypi/requests@2.0"])
    fleet_adds_up()
    insights_generate()
    assert not Recommendation.objects.exists()


def test_who_listens_without_contributing_is_told_that_there_is_nothing() -> None:
    InstanceFactory.create(name="silent")
    for name in ("one", "two", "three", "four"):
        fleet_tells(name, patterns=[SHARED])
    fleet_adds_up()
    insights_generate()
    assert messages()["silent"].insights == ()


def test_who_contributed_and_does_not_listen_any_more_is_kept_up_to_date() -> None:
    for name in ("one", "two", "four"):
        fleet_tells(name, patterns=[SHARED, OTHER])
    fleet_tells("gone", patterns=[OTHER])
    fleet_adds_up()
    Instance.objects.filter(name="gone").update(state=Instance.State.REVOKED)
    insights_generate()
    assert recommended("gone") == [("adopt", SHARED)]
    assert "gone" not in messages()


def test_a_language_that_is_not_used_is_not_recommended() -> None:
    rust = told.pattern("$A.unwrap()", language="rust")
    for name in ("one", "two", "three"):
        fleet_tells(name, patterns=[OTHER, rust])
    fleet_tells("pythonic", patterns=[OTHER])
    fleet_tells("rusty", patterns=[told.pattern("$A.expect($STR)", language="rust"), OTHER])
    fleet_adds_up()
    insights_generate()
    assert recommended("pythonic") == []
    assert recommended("rusty") == [("adopt", "$A.unwrap()")]


def test_a_version_of_ones_own_is_told_to_its_owner_alone() -> None:
    for number, version in enumerate(("2.0", "2.0", "2.1", "2.1", "9+acme.internal")):
        fleet_tells(f"instance-{number}", packages=[f"pkg:pypi/requests@{version}"])
    fleet_adds_up()
    insights_generate()
    sent = {row.state_key: bytes(row.data) for row in OutboxMessage.objects.all()}
    assert [key for key, data in sent.items() if b"acme" in data] == ["insights:instance-4"]
    (spread,) = (one for one in messages()[""].insights if one.kind == "version_spread")
    assert spread.evidence.versions == {"2.0": 2, "2.1": 2, "other": 1}


def test_nothing_is_new_to_a_fleet_of_newcomers(monkeypatch: pytest.MonkeyPatch) -> None:
    recent = told.NOW - timedelta(days=3)
    monkeypatch.setattr(timezone, "now", lambda: told.NOW)
    for number in range(3):
        fleet_tells(f"new-{number}", patterns=[told.pattern(SHARED, first_seen_at=recent)])
    fleet_adds_up()
    insights_generate()
    assert not Insight.objects.exists()


def test_a_fleet_that_grows_makes_nothing_rise(monkeypatch: pytest.MonkeyPatch) -> None:
    recent, ago = told.NOW - timedelta(days=3), told.NOW - timedelta(days=100)
    monkeypatch.setattr(timezone, "now", lambda: told.NOW)
    for number in range(4):
        fleet_tells(f"old-{number}", patterns=[told.pattern(SHARED, first_seen_at=ago)])
    for number in range(6):
        joins = [told.pattern(text, first_seen_at=recent) for text in (SHARED, OTHER)]
        fleet_tells(f"new-{number}", patterns=joins)
    fleet_adds_up()
    insights_generate()
    assert [(one.kind, one.name) for one in Insight.objects.all()] == [("new", OTHER)]


def test_what_established_instances_take_up_rises(monkeypatch: pytest.MonkeyPatch) -> None:
    recent, ago = told.NOW - timedelta(days=3), told.NOW - timedelta(days=100)
    monkeypatch.setattr(timezone, "now", lambda: told.NOW)
    for number in range(10):
        seen = recent if number < 6 else ago
        facts = [told.pattern(OTHER, first_seen_at=ago), told.pattern(SHARED, first_seen_at=seen)]
        fleet_tells(f"instance-{number}", patterns=facts)
    fleet_adds_up()
    insights_generate()
    (one,) = Insight.objects.all()
    assert (one.kind, one.name) == ("rising", SHARED)
    assert one.reason == (
        "6 instances took up this idiom in four weeks, 0 gave it up: 10 of 10 instances have it "
        "now."
    )


def test_a_broken_rule_is_told_to_who_breaks_it() -> None:
    rule = "who calls open also calls close"
    for number, kept in enumerate((48, 49, 50, 12)):
        fact = told.pattern(rule, kind="rule", occurrences=kept, opportunities=50, files=1)
        fleet_tells(f"instance-{number}", patterns=[fact])
    fleet_adds_up()
    insights_generate()
    row = Recommendation.objects.get()
    assert (row.instance, row.kind, row.name) == ("instance-3", "rule_broken", rule)
    assert (row.evidence["here"], row.evidence["here_of"]) == (12, 50)


def test_a_message_is_cut_to_what_fits_and_keeps_the_best() -> None:
    long = [f"call_{number}({'a, ' * 2_000}$A)" for number in range(90)]
    for number in range(4):
        fleet_tells(f"instance-{number}", patterns=long)
    fleet_tells("poor", patterns=["$A.own()"])
    fleet_adds_up()
    insights_generate()
    row = OutboxMessage.objects.get(state_key="insights:poor")
    assert 300 * 1024 < row.size <= 455 * 1024
    told_to = messages()["poor"].insights
    kept = Recommendation.objects.filter(instance="poor")
    assert len(told_to) < kept.count() == 90
    assert [one.key for one in told_to] == [one.key for one in kept[: len(told_to)]]
    assert OutboxMessage.objects.get(state_key="insights:").size <= 455 * 1024


def test_a_withdrawn_instances_rows_are_removed() -> None:
    for name in ("one", "two"):
        fleet_tells(name, patterns=[SHARED, OTHER])
    fleet_tells("three", patterns=[OTHER])
    fleet_adds_up()
    insights_generate()
    assert instance_remove(instance="three") == 1
    assert not Telling.objects.filter(audience="three").exists()


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_tell_everybody_once() -> None:
    for name in ("one", "two"):
        fleet_tells(name, patterns=[SHARED, OTHER])
    fleet_tells("three", patterns=[OTHER])
    fleet_adds_up()

    def run() -> int:
        try:
            return insights_generate()["messages"]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        told_by = [one.result() for one in [pool.submit(run), pool.submit(run)]]
    assert sum(told_by) == 4
    assert OutboxMessage.objects.count() == 4
    assert recommended("three") == [("adopt", SHARED)]
