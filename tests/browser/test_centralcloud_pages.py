"""Who is learning what, in a real browser: the matrix, a training as it runs, a huge fleet."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from apps.centralcloud.averaging.models import AggregateModel, Evaluation, ModelFamily
from apps.centralcloud.fleet.models import Instance
from apps.shared.access.roles import Role
from apps.shared.knowledge_cache.services.refreshing import views_refresh
from centralcloud_site import settings as centralcloud_settings
from tests.browser.conftest import WIDE, Site
from tests.common.factories.fleet import InstanceFactory, heard
from tests.common.factories.fleets import fleet_adds_up, fleet_tells
from tests.common.people import person

pytestmark = pytest.mark.django_db(transaction=True)
TRAINS = {"kind": "train", "total": 100, "unit": "steps", "elapsed_seconds": 9.0}
FRAMEWORKS = ("django", *(f"a-framework-with-a-name-{number}" for number in range(9)))
MATRIX = "admin:aggregation_matrix"


@pytest.fixture(autouse=True)
def centralcloud(settings: Any, transactional_db: None) -> None:
    for name in ("SITE", "IDENTITY", "SITE_WIRING", "ROOT_URLCONF"):
        setattr(settings, name, getattr(centralcloud_settings, name))
    centralcloud_settings.IDENTITY.key_made_here()


def tell(*names: str) -> None:
    for name in names:
        fleet_tells(name, frameworks=[(framework, "") for framework in FRAMEWORKS])
    fleet_adds_up()
    views_refresh()


def test_the_first_page_shows_who_is_learning_what(site: Site) -> None:
    tell("team-a", "team-b")
    page = site.open("admin:index")
    matrix = page.locator("#panel-matrix")
    matrix.get_by_role("button", name="Frameworks").click()
    expect(matrix.locator("[data-matrix=framework]")).to_be_visible()
    expect(matrix.locator("tbody tr")).to_have_count(2)
    expect(matrix.get_by_role("columnheader", name="Django")).to_be_visible()
    site.readable("first page")
    page.set_viewport_size(WIDE)
    matrix.get_by_role("link", name="team-a").click()
    expect(page.locator("[data-chart^=Frameworks]")).to_be_visible()
    site.readable("instance")


def test_a_training_tells_its_loss_without_a_reload(site: Site) -> None:
    InstanceFactory(name="trainer", **heard(jobs=[TRAINS | {"done": 5, "loss": 6.25}]))
    page = site.open("admin:index")
    loss = page.locator("#panel-fleet [data-loss]")
    expect(loss).to_have_text("6.250")
    page.evaluate("window.stayed = true")
    again = heard(jobs=[TRAINS | {"done": 50, "loss": 4.125}])
    Instance.objects.filter(name="trainer").update(**again)
    page.evaluate("htmx.trigger('#panel-fleet', 'refresh')")
    expect(loss).to_have_text("4.125", timeout=20_000)
    assert page.evaluate("window.stayed") is True


def test_a_familys_line_leads_from_one_aggregate_to_the_next(site: Site) -> None:
    family = ModelFamily.objects.create(key="t5-all-1", kind="t5", scope="all")
    bases: dict[int, AggregateModel | None] = {0: None}
    for number, base, state in ((1, 0, "promoted"), (2, 1, "rejected"), (3, 1, "promoted")):
        made = AggregateModel.objects.create(
            family=family, version=f"centralcloud_t5-all_v1.{number}", number=number, state=state,
            artifact="sha256:1", size=1, base=bases[base], contributors=3,
        )  # fmt: skip
        bases[number] = made
        Evaluation.objects.create(
            aggregate=made, instance="team-a", metric="bits_per_byte", local=2.5,
            value=2.75 - number / 4, personalised=2.0, examples=100, served="aggregate",
            adopted=True, revision=1, evaluated_at=timezone.now(),
        )  # fmt: skip
    page = site.open("admin:averaging_modelfamily_change", "t5-all-1")
    line = page.locator(".lineage li")
    expect(line).to_have_count(3)
    lanes = line.locator(".lineage-dot").evaluate_all("all => all.map(one => one.style.left)")
    assert lanes == ["8px", "24px", "8px"]
    drawn = page.locator("svg.chart-plot")
    expect(drawn).to_have_attribute("aria-label", re.compile("the fleet's from 2.5 to 2"))
    site.readable("family")
    page.get_by_role("link", name="centralcloud_t5-all_v1.3").click()
    expect(page.locator(".lineage [aria-current]")).to_contain_text("centralcloud_t5-all_v1.3")
    site.readable("aggregate")


def test_a_huge_fleet_is_shown_in_part_and_paged_whole(site: Site) -> None:
    tell(*(f"team-{number:03}" for number in range(130)))
    page = site.open("admin:index")
    matrix = page.locator("#panel-matrix")
    matrix.get_by_role("button", name="Frameworks").click()
    expect(matrix.locator("tbody tr")).to_have_count(20)
    expect(page.locator("#panel-fleet [data-instance]")).to_have_count(50)
    whole = site.open(MATRIX, query="?facet=framework")
    expect(whole.locator("tbody tr")).to_have_count(100)
    whole.get_by_role("link", name="Next instances").click()
    expect(whole.locator("tbody tr")).to_have_count(30)
    site.readable("matrix")
    with whole.expect_download() as download:
        whole.get_by_role("link", name="Export CSV").click()
    lines = download.value.path().read_text().splitlines()
    assert lines[0] == "instance,framework,number,last_changed_at"
    assert len(lines) == 1 + 130 * len(FRAMEWORKS)


def test_an_empty_fleet_says_what_to_do(site: Site) -> None:
    views_refresh()
    page = site.open("admin:index")
    expect(page.locator("#panel-fleet")).to_contain_text("instance_enroll")
    expect(page.locator("#panel-matrix [data-empty]")).to_be_visible()
    site.readable("empty first page")


def test_a_viewer_looks_and_can_do_nothing(site: Site) -> None:
    InstanceFactory(name="acme", **heard())
    site.enter(person(Role.VIEWER))
    page = site.open("admin:fleet_instance_change", "acme")
    expect(page.get_by_role("button", name="Revoke…")).to_have_count(0)
    assert site.status("admin:access_auditentry_changelist") == 403
