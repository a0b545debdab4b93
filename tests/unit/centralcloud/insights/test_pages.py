"""Centralcloud's pages of insights."""

from __future__ import annotations

import pytest
from django.test import Client

from apps.centralcloud.insights.models import Insight, Recommendation
from apps.centralcloud.insights.services import insights_generate
from tests.common.factories.fleets import fleet_adds_up, fleet_tells

pytestmark = pytest.mark.django_db
PANEL = "/admin/panels/insights"
FOR_ALL = "/admin/insights/insight/"
FOR_EACH = "/admin/insights/recommendation/"
HOSTILE = "<script>alert('x')</script>"


def html_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_before_the_first_run_the_panel_says_what_works_them_out(admin_client: Client) -> None:
    assert "were not worked out yet" in html_of(admin_client, PANEL)


def test_reasons_and_numbers_are_shown_and_templates_escaped(admin_client: Client) -> None:
    for number in range(5):
        shared = [HOSTILE] if number else ["$A.own()"]
        versions = [f"pkg:pypi/requests@2.{number % 2}"]
        fleet_tells(f"instance-{number}", patterns=shared, packages=versions)
    fleet_adds_up()
    insights_generate()
    spread = Insight.objects.get(kind="version_spread")
    adopt = Recommendation.objects.get(kind="adopt")
    assert "5 instances have requests (pypi) in 2 versions" in html_of(admin_client, PANEL)
    assert "2 of 5 instances whose version is known" in html_of(admin_client, FOR_ALL)
    assert "2.0 at 3, 2.1 at 2" in html_of(admin_client, f"{FOR_ALL}{spread.pk}/change/")
    for address in (FOR_EACH, f"{FOR_EACH}{adopt.pk}/change/", f"{FOR_EACH}?kind=adopt"):
        html = html_of(admin_client, address)
        assert "4 of 5 instances" in html, address
        assert "&lt;script&gt;alert" in html, address
        assert "<script>alert" not in html, address
    assert "instance-0" in html_of(admin_client, f"{FOR_EACH}?q=instance-0")
