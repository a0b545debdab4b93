"""What people see of the fleet, at Centralcloud and at an instance, in a real browser."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from apps.centralcloud.fleet.models import Instance
from apps.centralcloud.insights.services import insights_generate
from apps.shared.nats_bridge.services import outbox_replace
from apps.singularity.guidance.models import Insight
from apps.singularity.guidance.services import insights_apply, statistics_apply
from centralcloud_site import settings as centralcloud_settings
from tests.browser.conftest import NARROW, UNREADABLE, Site
from tests.common.factories import guidance
from tests.common.factories.fleet import heard
from tests.common.factories.fleets import fleet_adds_up, fleet_tells

pytestmark = pytest.mark.django_db(transaction=True)

IDIOM = "with transaction.atomic():\n    $$$BODY"
CENTRALCLOUD_PAGES = (
    "admin:index",
    "admin:fleet_instance_changelist",
    "admin:fleet_instancekey_changelist",
    "admin:aggregation_globalfact_changelist",
    "admin:aggregation_contribution_changelist",
    "admin:insights_insight_changelist",
    "admin:insights_recommendation_changelist",
    "admin:nats_bridge_outboxmessage_changelist",
    "admin:nats_bridge_deadletter_changelist",
    "admin:django_celery_beat_periodictask_changelist",
)
INSTANCE_PAGES = (
    "admin:index",
    "admin:guidance_insight_changelist",
    "admin:guidance_sharedfact_changelist",
    "admin:publishing_egressmessage_changelist",
    "admin:nats_bridge_outboxmessage_changelist",
)


@pytest.fixture
def fleet(settings: Any, transactional_db: None) -> None:
    """Centralcloud with three instances: two of them share an idiom, one is long silent."""
    for name in ("SITE", "IDENTITY", "SITE_WIRING", "ROOT_URLCONF"):
        setattr(settings, name, getattr(centralcloud_settings, name))
    centralcloud_settings.IDENTITY.key_made_here()
    frameworks = [("django", "5.2")]
    for name in ("team-of-payments", "team-of-search"):
        fleet_tells(name, patterns=[IDIOM], frameworks=frameworks)
    fleet_tells("ci", frameworks=frameworks)
    fleet_adds_up()
    insights_generate()
    job = {"kind": "mine", "done": 30, "total": 120, "unit": "files", "elapsed_seconds": 5.0}
    busy = heard(jobs=[job], languages=["python", "rust"], patterns=241, frameworks=23)
    Instance.objects.filter(name="team-of-payments").update(**busy)
    Instance.objects.filter(name="team-of-search").update(**heard(timedelta(hours=5)))


@pytest.fixture
def told(transactional_db: None) -> None:
    """An instance that was told one thing of its own."""
    insights_apply(payload=guidance.own(1, guidance.insight("adopt-1")))
    insights_apply(payload=guidance.fleet(1, facts=(guidance.shared("pkg:pypi/django"),)))
    statistics_apply(payload=guidance.statistics(1))
    outbox_replace(payload=guidance.statistics(2), state_key="statistics")


def check(page: Page, name: str) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], name
    assert page.evaluate(UNREADABLE) == [], name


@pytest.mark.usefixtures("fleet")
def test_the_first_page_says_who_is_there_and_what_they_do(site: Site) -> None:
    page = site.open("admin:index")
    panel = page.locator("#panel-fleet")
    expect(panel.get_by_text("team-of-payments")).to_be_visible()
    expect(panel.get_by_text("30 of 120 files")).to_be_visible()
    expect(panel.get_by_text("241", exact=False).first).to_be_visible()
    expect(panel.get_by_text("offline").first).to_be_visible()
    expect(page.locator("#panel-known")).to_contain_text("with transaction.atomic():")


@pytest.mark.usefixtures("told")
def test_what_the_fleet_tells_can_be_dismissed(site: Site) -> None:
    page = site.open("admin:index")
    panel = page.locator("#panel-told")
    expect(panel).to_contain_text("7 of the 8 instances that use Django")
    panel.get_by_role("button", name="Dismiss").click()
    expect(page.get_by_text("7 of the 8 instances that use Django")).to_be_hidden()
    row = Insight.objects.get(key="adopt-1")
    assert row.dismissed_at is not None
    assert timezone.now() - row.dismissed_at < timedelta(minutes=2)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.usefixtures("fleet")
def test_centralclouds_pages_fit_a_telephone_and_can_be_read(
    site: Site, scheme: Literal["light", "dark"]
) -> None:
    site.page.set_viewport_size(NARROW)
    site.page.emulate_media(color_scheme=scheme)
    for name in CENTRALCLOUD_PAGES:
        check(site.open(name), name)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.usefixtures("told")
def test_an_instances_pages_fit_a_telephone_and_can_be_read(
    site: Site, scheme: Literal["light", "dark"]
) -> None:
    site.page.set_viewport_size(NARROW)
    site.page.emulate_media(color_scheme=scheme)
    for name in INSTANCE_PAGES:
        check(site.open(name), name)
