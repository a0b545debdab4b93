"""No page of either site is closed to who cannot see well or has no mouse (WCAG 2.2, AA)."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import Group
from playwright.sync_api import Route, expect

from centralcloud_site import settings as centralcloud_settings
from tests.browser.conftest import NARROW, WIDE, Site
from tests.common.factories.core import JobFactory, running
from tests.common.factories.fleets import fleet_adds_up, fleet_tells

pytestmark = pytest.mark.django_db(transaction=True)

OPTIONS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
BAD = ("serious", "critical")
SCHEMES: list[Literal["light", "dark"]] = ["light", "dark"]
NOT_OURS = ("/api/v1/docs",)
"""Swagger UI, as its authors ship it."""
SIZES = {"wide": WIDE, "narrow": NARROW}


def issues(site: Site) -> list[str]:
    """What axe-core finds serious or critical on the page, each with a place."""
    found = Axe().run(site.page, options=OPTIONS).response["violations"]
    return [
        f"{one['id']}: {len(one['nodes'])}, {one['nodes'][0]['html'][:300]}"
        for one in found
        if one["impact"] in BAD
    ]


def links(site: Site) -> list[str]:
    """Every address of the sidebar."""
    listed = site.page.locator("#nav-sidebar a[href^='/']")
    return sorted({str(a.get_attribute("href")) for a in listed.all()})


@pytest.fixture
def cloud(settings: Any, transactional_db: None) -> None:
    """Centralcloud with two instances."""
    for name in ("SITE", "IDENTITY", "SITE_WIRING", "ROOT_URLCONF"):
        setattr(settings, name, getattr(centralcloud_settings, name))
    centralcloud_settings.IDENTITY.key_made_here()
    for name in ("payments", "search"):
        fleet_tells(name, patterns=["with lock:\n    $$$BODY"], frameworks=[("django", "5.2")])
    fleet_adds_up()


def check(site: Site) -> dict[str, list[str]]:
    """The issues of the sidebar's pages, on both screens, by day and by night."""
    JobFactory(label="shop", **running(read=10, pending=100))
    Group.objects.get_or_create(name="team")
    site.open("admin:index")
    found: dict[str, list[str]] = {}
    for address in links(site):
        if address in NOT_OURS:
            continue
        site.page.goto(address)
        for scheme in SCHEMES:
            site.page.emulate_media(color_scheme=scheme)
            for size, viewport in SIZES.items():
                site.page.set_viewport_size(viewport)
                if found_here := issues(site):
                    found[f"{address} {scheme} {size}"] = found_here
    return found


def test_an_instance_has_no_serious_issue(site: Site) -> None:
    assert check(site) == {}


@pytest.mark.usefixtures("cloud")
def test_centralcloud_has_no_serious_issue(site: Site) -> None:
    assert check(site) == {}


def test_the_content_is_one_key_away_and_focus_is_seen(site: Site) -> None:
    page = site.open("admin:core_job_changelist")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    focused = "document.querySelector('#content').contains(document.activeElement)"
    assert page.evaluate(focused)
    outline = "parseFloat(getComputedStyle(document.activeElement).outlineWidth)"
    assert page.evaluate(outline) >= 2


def test_a_panel_that_cannot_refresh_says_so_and_goes_on(site: Site) -> None:
    job = JobFactory(label="shop", **running(read=10, pending=100))
    page = site.open("admin:index")
    page.route("**/admin/panels/jobs", lambda route: route.fulfill(status=502))
    panel = page.locator("#panel-jobs")
    expect(panel.get_by_role("status")).to_have_text("Could not refresh, trying again.")
    expect(panel.get_by_role("status")).to_have_count(1)
    expect(panel.locator(f"#job-{job.pk}")).to_be_visible()
    page.unroute("**/admin/panels/jobs")
    expect(panel.get_by_role("status")).to_have_count(0)
    site.errors[:] = [error for error in site.errors if "502" not in error]


def test_a_panel_that_is_awaited_is_asked_for_again(site: Site) -> None:
    answers = iter([502])

    def answer(route: Route) -> None:
        status = next(answers, None)
        route.fulfill(status=status) if status else route.continue_()

    site.page.route("**/admin/panels/bridge", answer)
    page = site.open("admin:index")
    expect(page.locator("#panel-bridge")).to_contain_text("trying again")
    expect(page.locator("#panel-bridge [data-number]").first).to_be_visible(timeout=20_000)
    site.errors[:] = [error for error in site.errors if "502" not in error]


def test_who_is_logged_out_is_told_in_the_panel(site: Site) -> None:
    JobFactory(label="shop", **running(read=10, pending=100))
    page = site.open("admin:index")
    page.context.clear_cookies()
    expect(page.locator("#panel-jobs").get_by_role("link", name="Log in again")).to_be_visible()
    expect(page.locator("input[name=password]")).to_have_count(0)
