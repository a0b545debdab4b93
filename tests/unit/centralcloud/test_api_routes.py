"""Centralcloud's lists, found by their routes, and what is written over its API."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from apps.centralcloud.aggregation.models import StatisticsSnapshot
from apps.centralcloud.fleet.models import Instance
from apps.centralcloud.fleet.selectors.keys import keys_forget
from apps.centralcloud.fleet.services import instance_enroll
from apps.centralcloud.insights.models import Insight, Recommendation
from apps.shared.access.models import ApiToken, AuditEntry, Scope
from apps.shared.access.roles import Role
from apps.shared.contracts.nkeys import NKey
from apps.shared.nats_bridge.models import DeadLetter, OutboxMessage
from tests.common.api_routes import lists
from tests.common.factories import told
from tests.common.factories.core import JobFactory
from tests.common.factories.fleet import InstanceFactory, key_new
from tests.common.factories.fleets import fleet_adds_up, fleet_tells
from tests.common.people import person
from tests.common.problems import problem_of, wrong_fields

pytestmark = pytest.mark.django_db
API = "/api/v1/"
NOW = timezone.now()
DONE = {"revoke": "revoked", "withdraw": "withdrawn"}


@pytest.fixture
def client() -> APIClient:
    client = APIClient()
    client.force_authenticate(person(Role.ADMIN))
    return client


def tell(model: Any, number: int, **more: Any) -> None:
    common = {
        "key": f"k{number}", "kind": "adopt", "subject": "package", "subject_key": "pkg:npm/p",
        "reason": "Many have it.", "score": 0.5, "digest": "d", "first_told_at": NOW,
        "changed_at": NOW,
    }  # fmt: skip
    model.objects.create(**common, **more)


def fact(number: int) -> None:
    shared = [told.pattern(f"open(<$A>, {number})")]
    for name in ("a", "b"):
        fleet_tells(f"{name}-{number}", patterns=shared, frameworks=[(f"framework-{number}", "")])
    fleet_adds_up()


def dead_letter(number: int) -> None:
    DeadLetter.objects.create(
        receiver="centralcloud", reason="bad_payload", subject="intelligence.x", data=b"{}",
        size=2, stream="INTELLIGENCE", sequence=number, stored_at=NOW, set_aside_at=NOW,
    )  # fmt: skip


def message(number: int) -> None:
    import uuid

    OutboxMessage.objects.create(
        instance="centralcloud", event_id=uuid.uuid4(), subject="intelligence.x", data=b"", size=0
    )


def snapshot(number: int) -> None:
    StatisticsSnapshot.objects.create(
        revision=number, generated_at=NOW + timedelta(hours=number), report={"contributions": 1}
    )


ROWS: dict[str, Any] = {
    "instances": lambda number: InstanceFactory(),
    "jobs": lambda number: JobFactory(),
    "patterns": fact,
    "insights/told": lambda number: tell(Insight, number),
    "recommendations/told": lambda number: tell(Recommendation, number, instance="a"),
    "dead-letters": dead_letter,
    "messages/out": message,
    "statistics/history": snapshot,
}


def test_every_list_has_csv_fields_and_an_entity_tag(client: APIClient) -> None:
    assert lists().keys() > {*ROWS, "models", "rounds", "evaluations", "packages", "advisories"}
    for path in lists():
        answer = client.get(API + path)
        assert answer.status_code == 200, path
        again = client.get(API + path, headers={"if-none-match": answer["etag"]})
        assert again.status_code == 304, path
        table = client.get(API + path, {"format": "csv"})
        text = b"".join(table.streaming_content).decode()  # type: ignore[attr-defined]
        header = next(csv.reader(io.StringIO(text)))
        assert client.get(API + path, {"fields": ",".join(header[:2])}).status_code == 200, path
        assert "fields" in wrong_fields(client.get(API + path, {"fields": "nothing"})), path


@pytest.mark.parametrize("path", ROWS)
def test_a_list_takes_as_many_queries_for_three_rows_as_for_thirty(
    client: APIClient, path: str
) -> None:
    def asked() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(API + path, {"page_size": 100})
        assert answer.status_code == 200, answer.content
        return len(captured), len(answer.json()["results"])

    for number in range(3):
        ROWS[path](number)
    few, first = asked()
    for number in range(3, 30):
        ROWS[path](number)
    many, every = asked()
    assert (few, every) == (many, first + 27)


@pytest.mark.parametrize(
    ("path", "name", "value"),
    [
        ("instances", "condition", "asleep"),
        ("instances", "state", "asleep"),
        ("patterns", "min_instances", "many"),
        ("models", "kind", "parrot"),
        ("rounds", "state", "asleep"),
        ("evaluations", "metric", "magic"),
        ("advisories", "severity", "awful"),
        ("insights/told", "kind", "magic"),
        ("recommendations/told", "subject", "magic"),
        ("statistics/history", "since", "yesterday"),
        ("dead-letters", "reason", "magic"),
    ],
)
def test_a_wrong_value_of_a_filter_is_named(
    client: APIClient, path: str, name: str, value: str
) -> None:
    answer = client.get(API + path, {name: value})
    assert answer.status_code == 400, answer.content
    assert name in wrong_fields(answer)


@pytest.mark.parametrize(
    "path", ["instances/nobody", "patterns/none", "models/none", "models/none/lineage",
             "patterns/none/holders", "dead-letters/9", "packages/9",
             "rounds/00000000-0000-0000-0000-000000000000"],
)  # fmt: skip
def test_what_is_not_there_is_not_found(client: APIClient, path: str) -> None:
    answer = client.get(API + path)
    assert (answer.status_code, problem_of(answer)["code"]) == (404, "not_found")


def test_a_fact_says_who_has_it(client: APIClient) -> None:
    shared = [told.pattern("open(<$A>)", occurrences=4)]
    fleet_tells("a", patterns=shared)
    fleet_tells("b", patterns=[told.pattern("open(<$A>)", occurrences=9)])
    fleet_adds_up()
    (row,) = client.get(f"{API}patterns").json()["results"]
    holders = client.get(f"{API}patterns/{row['key']}/holders").json()
    assert [(one["instance"], one["occurrences"], one["codebases"]) for one in holders] == [
        ("b", 9, 1),
        ("a", 4, 1),
    ]
    assert client.get(f"{API}patterns/{row['key']}").json() == row


def test_history_is_cut_by_time(client: APIClient) -> None:
    for number in range(3):
        snapshot(number)
    after = (NOW + timedelta(minutes=30)).isoformat()
    rows = client.get(f"{API}statistics/history", {"since": after}).json()["results"]
    assert [row["revision"] for row in rows] == [2, 1]
    rows = client.get(f"{API}statistics/history", {"until": after}).json()["results"]
    assert [(row["revision"], row["contributions"]) for row in rows] == [(0, 1)]


def test_history_is_thinned_to_the_last_of_each_span(client: APIClient) -> None:
    for number in range(30):
        snapshot(number)

    def revisions(**asked: str) -> list[int]:
        rows = client.get(f"{API}statistics/history", asked).json()["results"]
        return [row["revision"] for row in rows]

    midnights = {(NOW + timedelta(hours=n)).date(): n for n in range(30)}
    assert revisions(bucket="day") == sorted(midnights.values(), reverse=True)
    assert revisions(bucket="hour") == list(range(29, -1, -1))
    until = (NOW + timedelta(hours=5)).isoformat()
    assert max(revisions(bucket="week", until=until)) == 4
    wrong = client.get(f"{API}statistics/history", {"bucket": "decade"})
    assert list(wrong_fields(wrong)) == ["bucket"]


@pytest.fixture
def own_nats(settings: Any, tmp_path: Path) -> None:
    """Who may connect is written for a nats-server of the test's own, not for the run's."""
    keys_forget()
    settings.STATE_DIR = tmp_path
    settings.KEYS_DIR = tmp_path / "keys"


@pytest.mark.usefixtures("own_nats")
@pytest.mark.parametrize("verb", ["revoke", "withdraw"])
def test_an_instance_is_shut_out_by_an_admin_once(client: APIClient, verb: str) -> None:
    instance_enroll(name="acme", public=key_new().public)
    said = client.post(f"{API}instances/acme/{verb}")
    assert (said.status_code, said.json()["state"]) == (200, DONE[verb])
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.target, entry.outcome) == (f"instance.{verb}", "acme", "done")
    again = client.post(f"{API}instances/acme/{verb}")
    assert (again.status_code, problem_of(again)["code"]) == (409, "conflict")
    assert list(AuditEntry.objects.values_list("outcome", flat=True)) == ["refused", "done"]
    assert client.post(f"{API}instances/nobody/{verb}").status_code == 404


@pytest.mark.usefixtures("own_nats")
def test_an_admin_enrols_an_instance_whose_seed_is_said_once(
    client: APIClient, settings: Any
) -> None:
    said = client.post(f"{API}instances", {"name": "acme", "note": "Payments"})
    assert said.status_code == 201
    given = said.json()
    assert given["instance"] == "acme"
    assert NKey.from_seed(given["seed"]).public == given["public_key"]
    assert given["centralcloud_public_key"] == settings.IDENTITY.key_made_here().public
    row = Instance.objects.get()
    assert (row.state, row.note, row.keys.get().public) == (
        "enrolled", "Payments", given["public_key"]
    )  # fmt: skip
    (entry,) = AuditEntry.objects.all()
    assert (entry.action, entry.target, entry.outcome) == ("instance.enroll", "acme", "done")
    assert given["seed"] not in str(list(AuditEntry.objects.values()))
    again = client.post(f"{API}instances", {"name": "acme"})
    assert (again.status_code, problem_of(again)["code"]) == (409, "conflict")
    assert "seed" not in again.json()


@pytest.mark.usefixtures("own_nats")
def test_an_instance_brings_its_own_key_and_gets_a_new_one(client: APIClient) -> None:
    first, second = key_new().public, key_new().public
    given = client.post(f"{API}instances", {"name": "acme", "public_key": first}).json()
    assert (given["public_key"], given["seed"]) == (first, "")
    given = client.post(f"{API}instances/acme/rotate", {"public_key": second}).json()
    assert (given["public_key"], given["seed"]) == (second, "")
    in_use = Instance.objects.get().keys.filter(retired_at=None)
    assert [key.public for key in in_use] == [second]
    used = client.post(f"{API}instances/acme/rotate", {"public_key": first})
    assert (used.status_code, problem_of(used)["code"]) == (409, "conflict")
    drawn = client.post(f"{API}instances/acme/rotate").json()
    assert NKey.from_seed(drawn["seed"]).public == drawn["public_key"]
    assert client.post(f"{API}instances/nobody/rotate").status_code == 404


@pytest.mark.usefixtures("own_nats")
@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({}, "name"),
        ({"name": "Not An Id"}, "name"),
        ({"name": "centralcloud"}, "name"),
        ({"name": "acme", "public_key": "nonsense"}, "public_key"),
        ({"name": "acme", "note": "x" * 201}, "note"),
    ],
)
def test_who_cannot_be_enrolled_is_said(
    client: APIClient, wanted: dict[str, str], field: str
) -> None:
    response = client.post(f"{API}instances", wanted)
    assert list(wrong_fields(response)) == [field]
    assert not Instance.objects.exists()


@pytest.mark.usefixtures("own_nats")
@pytest.mark.parametrize("verb", ["rotate", "revoke", "withdraw"])
def test_who_is_no_admin_shuts_nobody_out(client: APIClient, verb: str) -> None:
    instance_enroll(name="acme", public=key_new().public)
    for role in (Role.VIEWER, Role.OPERATOR):
        client.force_authenticate(person(role))
        assert client.post(f"{API}instances/acme/{verb}").status_code == 403
        assert client.post(f"{API}instances", {"name": "other"}).status_code == 403
    admin = person(Role.ADMIN, "other")
    _, secret = ApiToken.objects.create(admin, scopes=[Scope.READ, Scope.OPERATE])
    program = APIClient()
    program.credentials(HTTP_AUTHORIZATION=f"Token {secret}")
    assert program.post(f"{API}instances/acme/{verb}").status_code == 403
    assert Instance.objects.get().state == "enrolled"
    assert not AuditEntry.objects.exists()


def test_a_dead_letter_is_replayed_by_an_operator(client: APIClient) -> None:
    dead_letter(1)
    letter = DeadLetter.objects.get()
    assert client.get(f"{API}dead-letters/{letter.pk}").json()["data"] == "{}"
    client.force_authenticate(person(Role.VIEWER))
    assert client.post(f"{API}dead-letters/{letter.pk}/replay").status_code == 403
    client.force_authenticate(person(Role.OPERATOR))
    said = client.post(f"{API}dead-letters/{letter.pk}/replay")
    assert said.status_code == 200
    assert said.json()["replayed_at"] is None
    assert said.json()["detail"]  # what is still wrong with it
    assert AuditEntry.objects.get().outcome == "refused"
