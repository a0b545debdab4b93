"""The win table in the admin, over REST and on the first page."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from apps.singularity.guidance.models import Adoption, ModelOffer
from apps.singularity.guidance.panels import MODELS
from apps.singularity.guidance.services import offer_apply
from tests.common.factories.core import AdminFactory
from tests.common.factories.guidance import ready

pytestmark = pytest.mark.django_db
LIST = reverse("admin:guidance_modeloffer_changelist")
V1, V2 = "centralcloud_t5-all_v1.1", "centralcloud_t5-all_v1.2"
HOSTILE = "<script>alert('x')</script>"


def judged(version: str, **fields: Any) -> Adoption:
    offer_apply(payload=ready(version))
    offer = ModelOffer.objects.get(version=version)
    said: dict[str, Any] = {
        "metric": "bits_per_byte",
        "local": 2.5,
        "aggregate": 2.25,
        "personalised": 2.125,
        "examples": 120_000,
        "served": "personalised",
        "adopted": True,
        "version": "alpha_t5-all_v1.7",
        "reason": "personalised beats local, which was in use",
        "judged_at": timezone.now(),
    }
    return Adoption.objects.create(offer=offer, **said | fields)


def html_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_the_list_has_every_number_and_marks_what_is_used(admin_client: Client) -> None:
    judged(V1)
    page = html_of(admin_client, LIST)
    for said in (V1, "2.5000", "2.2500", "bits per byte", "personalised beats local"):
        assert said in page
    assert '<strong class="text-important">2.1250</strong>' in page
    assert V1 in html_of(admin_client, f"{LIST}?kind=t5&state=candidate")
    assert V1 not in html_of(admin_client, f"{LIST}?kind=encoder")


def test_an_offer_has_a_page_of_its_own(admin_client: Client) -> None:
    row = judged(V1)
    page = html_of(admin_client, reverse("admin:guidance_modeloffer_change", args=[row.offer_id]))
    assert "alpha_t5-all_v1.7" in page
    assert "120,000" in page


def test_what_was_not_looked_at_and_what_failed_say_so(admin_client: Client) -> None:
    offer_apply(payload=ready(V1))
    assert "not judged yet" in html_of(admin_client, LIST)
    failed = ModelOffer.objects.get()
    due = timezone.now() + timedelta(minutes=5)
    Adoption.objects.create(offer=failed, error="The store is away.", attempts=1, due_at=due)
    assert "The store is away." in html_of(admin_client, LIST)
    assert "The store is away." in html_of(
        admin_client, reverse("dashboard-panel", args=["fleet-models"])
    )


def test_the_list_takes_as_many_queries_for_many_rows(admin_client: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            html_of(admin_client, LIST)
        return len(captured)

    judged(V1)
    html_of(admin_client, LIST)
    few = queries()
    for number in range(2, 30):
        judged(f"centralcloud_t5-all_v1.{number}")
    assert queries() == few


def test_the_panel_takes_one_query(admin_client: Client, rf: Any) -> None:
    for version in (V1, V2):
        judged(version)
    with CaptureQueriesContext(connection) as captured:
        shown = MODELS.context(rf.get("/"))
        assert [one.offer.version for one in shown["judged"]] == [V2, V1]
    assert len(captured) == 1


def test_nothing_offered_says_why(admin_client: Client, settings: LazySettings) -> None:
    settings.ENVIRONMENT = SimpleNamespace(nats_mode="isolated")
    assert "NATS_HOST is empty" in html_of(admin_client, LIST)


def test_text_from_outside_is_escaped(admin_client: Client) -> None:
    judged(f"{HOSTILE}_v1.1", reason=HOSTILE, error=HOSTILE)
    for address in (LIST, reverse("dashboard-panel", args=["fleet-models"])):
        assert "<script>alert" not in html_of(admin_client, address)


def test_rest_has_the_same(admin_client: Client) -> None:
    judged(V1)
    offer_apply(payload=ready(V2))
    client = APIClient()
    client.force_authenticate(AdminFactory.create())
    rows = {row["version"]: row for row in client.get("/api/v1/fleet/models").json()["results"]}
    assert rows[V2]["adoption"] is None
    adoption = rows[V1]["adoption"]
    assert (adoption["aggregate"], adoption["served"], adoption["adopted"]) == (
        2.25, "personalised", True,
    )  # fmt: skip
    assert client.get("/api/v1/fleet/models?kind=encoder").json()["results"] == []
    assert APIClient().get("/api/v1/fleet/models").status_code == 401
