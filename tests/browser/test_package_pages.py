"""The pages of packages in a real browser: nothing runs off a narrow screen, all can be read."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from playwright.sync_api import expect

from apps.centralcloud.package_sync.models import Advisory, Package
from centralcloud_site import settings as centralcloud_settings
from tests.browser.conftest import NARROW, UNREADABLE, Site
from tests.common.factories.package_demo import DJANGO, REQUEST, package_demo

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def demo(settings: Any, transactional_db: None) -> None:
    """Centralcloud with three instances and what they use."""
    for name in ("SITE", "IDENTITY", "SITE_WIRING", "ROOT_URLCONF"):
        setattr(settings, name, getattr(centralcloud_settings, name))
    centralcloud_settings.IDENTITY.key_made_here()
    package_demo()


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_a_narrow_screen_and_can_be_read(
    site: Site, scheme: Literal["light", "dark"]
) -> None:
    site.page.emulate_media(color_scheme=scheme)
    site.page.set_viewport_size(NARROW)
    django, request = (Package.objects.get(purl=purl).pk for purl in (DJANGO, REQUEST))
    pages = [
        ("admin:package_sync_package_changelist", ()),
        ("admin:package_sync_package_change", (django,)),
        ("admin:package_sync_package_change", (request,)),
        ("admin:package_sync_advisory_changelist", ()),
        ("admin:package_sync_advisory_change", (Advisory.objects.all()[0].pk,)),
    ]
    for name, arguments in pages:
        page = site.open(name, *arguments)
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], name
        assert page.evaluate(UNREADABLE) == [], name


@pytest.mark.usefixtures("demo")
def test_from_the_list_to_a_package_and_what_it_needs(site: Site) -> None:
    page = site.open("admin:package_sync_package_changelist", query="?concern=vulnerable")
    page.get_by_role("link", name="django").first.click()
    expect(page.locator("[data-holder]")).to_have_count(3)
    page.locator("[data-need] a").click()
    expect(page.locator("[data-dependent]")).to_have_count(1)
