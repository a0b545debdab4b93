"""Pages of what the fleet told: why, with its numbers, escaped, and put away by those who may."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from apps.shared.access.roles import Role
from apps.shared.contracts.nkeys import seed_new
from apps.shared.core.identity import Identity
from apps.singularity.guidance.models import Insight
from apps.singularity.guidance.services import insight_dismiss, insights_apply, statistics_apply
from tests.common.factories.core import AdminFactory
from tests.common.factories.guidance import fleet, insight, own, shared, statistics
from tests.common.people import person

pytestmark = pytest.mark.django_db
PANEL = reverse("dashboard-panel", args=["told"])
LIST = reverse("admin:guidance_insight_changelist")
FACTS = reverse("admin:guidance_sharedfact_changelist")
HOSTILE = "<script>alert('x')</script>"


def html_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_the_panel_says_why_and_how_sure(admin_client: Client) -> None:
    insights_apply(payload=own(1, insight()))
    statistics_apply(payload=statistics(1))
    html = html_of(admin_client, PANEL)
    assert "7 of the 8 instances that use Django have this idiom" in html
    assert "7 of 8" in html
    assert "at least 53 % at 95 % confidence" in html
    assert "12,345" in html
    assert '<span class="k">with</span>' in html


def test_the_panel_takes_few_queries(admin_client: Client) -> None:
    insights_apply(payload=own(1, *(insight() for _ in range(100))))
    insights_apply(payload=fleet(1, facts=tuple(shared(f"pkg:pypi/p{n}") for n in range(100))))
    html_of(admin_client, PANEL)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        html_of(admin_client, PANEL)
    assert len(queries) <= 9, [one["sql"][:150] for one in queries]


def test_an_empty_panel_says_what_is_missing(
    admin_client: Client, settings: LazySettings, tmp_path: Path
) -> None:
    settings.IDENTITY = Identity("x", "/instances/x", "", tmp_path)
    assert "not enrolled" in html_of(admin_client, PANEL)
    settings.IDENTITY = Identity("x", "/instances/x", seed_new(), tmp_path)
    assert "Nothing was told yet" in html_of(admin_client, PANEL)
    settings.ENVIRONMENT = SimpleNamespace(nats_mode="isolated")
    assert "NATS_HOST is empty" in html_of(admin_client, PANEL)


@pytest.mark.parametrize("kind", ["idiom", "api_set", "rule", "nonsense", ""])
def test_text_from_outside_is_escaped(admin_client: Client, kind: str) -> None:
    evil: dict[str, Any] = {
        "name": HOSTILE,
        "reason": HOSTILE,
        "subject_kind": kind,
        "evidence": {"among": HOSTILE, "versions": {HOSTILE: 2}},
    }
    insights_apply(payload=own(1, insight("evil", **evil)))
    fact = shared("evil", subject="pattern", kind=kind, name=HOSTILE)
    insights_apply(payload=fleet(1, insight(**evil), facts=(fact,)))
    row = Insight.objects.get(key="evil")
    pages = (PANEL, LIST, FACTS, reverse("admin:guidance_insight_change", args=[row.pk]))
    for address in pages:
        html = html_of(admin_client, address)
        assert "alert" in html, address
        assert "<script>alert" not in html, address


def test_a_dismissed_insight_leaves_the_list_and_comes_back(admin_client: Client) -> None:
    insights_apply(payload=own(1, insight("a", reason="the only one")))
    dismissed = admin_client.post(
        reverse("admin:guidance_dismiss"), {"key": "a", "next": LIST}, follow=True
    )
    assert dismissed.redirect_chain[-1][0] == LIST
    assert "the only one" not in html_of(admin_client, LIST)
    assert "the only one" in html_of(admin_client, f"{LIST}?shown=dismissed")
    admin_client.post(reverse("admin:guidance_restore"), {"key": "a", "next": "//evil.example"})
    assert "the only one" in html_of(admin_client, LIST)


def test_nobody_is_led_elsewhere(admin_client: Client) -> None:
    insights_apply(payload=own(1, insight("a")))
    response = admin_client.post(
        reverse("admin:guidance_dismiss"), {"key": "a", "next": "https://evil.example/"}
    )
    assert response.headers["Location"] == LIST


def test_who_may_only_look_cannot_dismiss(client: Client) -> None:
    insights_apply(payload=own(1, insight("a")))
    user = User.objects.create_user("viewer", is_staff=True)
    view = Permission.objects.get(codename="view_insight", content_type__app_label="guidance")
    user.user_permissions.add(view)
    client.force_login(user)
    assert "Dismiss" not in html_of(client, LIST)
    assert client.post(reverse("admin:guidance_dismiss"), {"key": "a"}).status_code == 403
    assert Insight.objects.get().dismissed_at is None


def test_an_empty_list_says_what_is_missing(admin_client: Client) -> None:
    insights_apply(payload=own(1))
    assert "nothing that is open here" in html_of(admin_client, LIST)


@pytest.fixture
def api() -> APIClient:
    client = APIClient()
    client.force_authenticate(AdminFactory.create())
    return client


def test_rest_lists_what_is_open_and_dismisses(api: APIClient) -> None:
    insights_apply(payload=own(1, insight("a"), insight("b", kind="rule_broken")))
    insight_dismiss(key="b")
    (row,) = api.get("/api/v1/insights").json()["results"]
    assert (row["key"], row["evidence"]["having"], row["evidence"]["of"]) == ("a", 7, 8)
    assert len(api.get("/api/v1/insights?all=true").json()["results"]) == 2
    assert api.get("/api/v1/insights?kind=rule_broken").json()["results"] == []
    assert api.get("/api/v1/insights/b").json()["dismissed_at"] is not None
    assert api.post("/api/v1/insights/b/restore").json()["dismissed_at"] is None
    assert api.post("/api/v1/insights/a/dismiss").json()["dismissed_at"] is not None
    assert [one["key"] for one in api.get("/api/v1/insights").json()["results"]] == ["b"]
    assert api.post("/api/v1/insights/unknown/dismiss").status_code == 404


def test_who_may_not_change_insights_cannot_dismiss_over_rest() -> None:
    insights_apply(payload=own(1, insight("a")))
    client = APIClient()
    client.force_authenticate(person(Role.VIEWER))
    assert len(client.get("/api/v1/insights").json()["results"]) == 1
    assert client.post("/api/v1/insights/a/dismiss").status_code == 403
    assert client.post("/api/v1/insights/a/restore").status_code == 403
    assert Insight.objects.get().dismissed_at is None


def test_rest_has_the_fleets_facts_and_numbers(api: APIClient) -> None:
    assert api.get("/api/v1/fleet/statistics").status_code == 404
    insights_apply(payload=fleet(1, facts=(shared("pkg:pypi/requests"),)))
    statistics_apply(payload=statistics(3))
    (fact,) = api.get("/api/v1/fleet/facts?subject=package").json()["results"]
    assert (fact["key"], fact["instances"]) == ("pkg:pypi/requests", 7)
    assert api.get("/api/v1/fleet/statistics").json()["files"] == 12_345
    assert APIClient().get("/api/v1/fleet/statistics").status_code == 401
