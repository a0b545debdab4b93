"""The egress ledger: each message that left, word for word, in the admin, over REST, in numbers."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from apps.shared.access.roles import Role
from apps.shared.nats_bridge.models import OutboxMessage
from apps.singularity.patterns.models import CodePattern
from apps.singularity.publishing.models import PublishedCodebase
from apps.singularity.publishing.services.scheduled import OFF
from apps.singularity.publishing.services.statistics import statistics_report
from apps.singularity.publishing.services.sync import instance_sync
from tests.common.learning import read_and_mine, repeated
from tests.common.people import person
from tests.common.published import queued
from tests.common.trees import write_tree

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(tmp_path: Path) -> Any:
    write_tree(tmp_path, repeated(12))
    codebase, _ = read_and_mine(tmp_path, name="shop")
    return codebase


@pytest.fixture
def left(shop: Any) -> list[OutboxMessage]:
    """What has left; one more message still waits."""
    instance_sync()
    left = queued()
    for row in left:
        OutboxMessage.objects.filter(pk=row.pk).update(sent_at=timezone.now())
    statistics_report()
    return left


@pytest.fixture
def client() -> APIClient:
    client = APIClient()
    client.force_authenticate(person(Role.VIEWER))
    return client


def publish(**options: Any) -> str:
    out = StringIO()
    call_command("publish", stdout=out, **options)
    return out.getvalue()


def unsteady(data: str) -> str:
    """A message without what differs from run to run: name, revision, time."""
    said = json.loads(data)
    for fact in said.get("packages", []):
        del fact["first_seen_at"]
    return json.dumps({name: said[name] for name in said if name not in _UNSTEADY})


_UNSTEADY = ("codebase", "revision", "floor")


def test_a_dry_run_prints_just_what_would_leave_and_writes_nothing(shop: Any) -> None:
    shown = json.loads(publish(dry_run=True, json=True))["messages"]
    assert queued() == []
    assert not PublishedCodebase.objects.exists()
    publish()
    said = [(row.subject, bytes(row.data).decode()) for row in queued()]
    assert [(one["subject"], unsteady(one["data"])) for one in shown] == [
        (subject, unsteady(data)) for subject, data in said
    ]
    text = publish(dry_run=True, full=True)
    assert "Would queue 3 messages" in text
    again = publish(dry_run=True)
    assert "Would queue 0 messages" in again


def test_a_dry_run_counts_what_is_refused(shop: Any) -> None:
    row = CodePattern.objects.exclude(kind="clone").earliest("id")
    CodePattern.objects.filter(pk=row.pk).update(template="acme")
    assert "Refused 1: " in publish(dry_run=True)


def test_the_command_says_in_one_line_why_nothing_leaves(shop: Any, settings: Any) -> None:
    settings.PUBLISH = "off"
    assert publish() == f"alpha: {OFF}.\n"
    assert json.loads(publish(dry_run=True, json=True))["why"] == OFF


def test_wrong_options_are_told(shop: Any) -> None:
    with pytest.raises(CommandError, match="choose one"):
        publish(full=True, withdraw=True)
    with pytest.raises(CommandError, match="shop"):
        publish(codebase="nowhere")
    with pytest.raises(CommandError, match="shop"):
        publish(codebase="nowhere", withdraw=True)


def test_withdrawing_is_shown_before_it_is_done(shop: Any) -> None:
    publish()
    OutboxMessage.objects.update(sent_at=timezone.now())
    before = len(queued())
    shown = json.loads(publish(withdraw=True, dry_run=True, json=True))
    assert len(shown["messages"]) == 4
    assert len(queued()) == before
    publish(withdraw=True)
    assert len(queued()) == before + 4


def test_the_list_is_of_what_left_newest_first(
    left: list[OutboxMessage], client: APIClient
) -> None:
    theirs = left[0]
    OutboxMessage.objects.create(
        instance="beta", event_id="0" * 32, subject=theirs.subject, data=b"{}", size=2,
        sent_at=timezone.now(),
    )  # fmt: skip
    answer = client.get("/api/v1/egress", {"page_size": 2}).json()
    second = client.get(answer["next"]).json()
    shown = [one["id"] for one in (*answer["results"], *second["results"])]
    assert shown == [str(row.event_id) for row in reversed(left)]
    first = answer["results"][-1]
    assert first["size"] == left[-2].size
    assert "text" not in first
    narrowed = client.get("/api/v1/egress", {"subject": "intelligence.code"}).json()["results"]
    assert [one["subject"] for one in narrowed] == ["intelligence.code.pattern.learned"]
    assert narrowed[0]["facts"] == narrowed[0]["carries"]["patterns"]


def test_one_message_has_its_bytes(left: list[OutboxMessage], client: APIClient) -> None:
    row = left[0]
    answer = client.get(f"/api/v1/egress/{row.event_id}").json()
    assert answer["text"].encode() == bytes(row.data)
    waiting = queued()[-1]
    assert client.get(f"/api/v1/egress/{waiting.event_id}").status_code == 404


def test_what_may_have_left_is_said_to_be_so(left: list[OutboxMessage], client: APIClient) -> None:
    OutboxMessage.objects.filter(pk=left[0].pk).update(may_have_left=True)
    rows = client.get("/api/v1/egress").json()["results"]
    unsure = [row["id"] for row in rows if row["may_have_left"]]
    assert unsure == [str(left[0].event_id)]


def test_strangers_see_nothing(left: list[OutboxMessage]) -> None:
    for path in ("egress", "egress/totals", f"egress/{left[0].event_id}"):
        assert APIClient().get(f"/api/v1/{path}").status_code == 401


def test_totals_are_by_day_with_what_is_refused(
    left: list[OutboxMessage], client: APIClient, settings: Any
) -> None:
    OutboxMessage.objects.filter(pk=left[0].pk).update(sent_at=timezone.now() - timedelta(days=2))
    settings.PUBLISH_EXCLUDE = ("requests",)
    instance_sync()
    totals = client.get("/api/v1/egress/totals").json()
    assert [day["messages"] for day in totals["days"]] == [len(left) - 1, 1]
    assert totals["days"][1]["size"] == left[0].size
    assert totals["days"][1]["subjects"] == {left[0].subject: 1}
    reasons = {(one["subject"], one["reason"]) for one in totals["refused"]}
    assert ("package", "excluded by PUBLISH_EXCLUDE") in reasons


def test_the_admin_shows_list_page_and_panel(
    left: list[OutboxMessage], admin_client: Client, settings: Any
) -> None:
    settings.PUBLISH_EXCLUDE = ("requests",)
    instance_sync()
    listed = admin_client.get(reverse("admin:publishing_egressmessage_changelist"))
    html = listed.content.decode()
    assert html.count("intelligence.code.pattern.learned") >= 1
    assert 'id="heartbeat"' in html
    assert 'data-refused="excluded by PUBLISH_EXCLUDE"' in html
    page = admin_client.get(reverse("admin:publishing_egressmessage_change", args=[left[0].pk]))
    said = page.context["said"]
    assert said.encode() == bytes(left[0].data)
    assert 'id="said"' in page.content.decode()
    panel = admin_client.get(reverse("dashboard-panel", args=["left"])).content.decode()
    assert f'data-left="messages">{len(left)}<' in panel
    assert "excluded by PUBLISH_EXCLUDE" in panel


def test_the_ledger_draws_every_day_and_every_subject(
    left: list[OutboxMessage], admin_client: Client
) -> None:
    address = reverse("admin:publishing_egressmessage_changelist")
    OutboxMessage.objects.filter(pk=left[0].pk).update(sent_at=timezone.now() - timedelta(days=2))
    days, subjects = admin_client.get(address).context["charts"]
    assert [int(value) for _, value in days.table.rows] == [1, 0, len(left) - 1]
    counted = Counter(message.subject for message in left)
    assert {f"intelligence.{bar.label}": int(bar.text) for bar in subjects.bars} == dict(counted)
    OutboxMessage.objects.update(sent_at=None)
    assert admin_client.get(address).context["charts"] == []
