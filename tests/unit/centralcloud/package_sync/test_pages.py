"""Packages as people see them: the explorer, a package's page, advisories, the first page."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.centralcloud.package_sync.models import Advisory, AffectedVersion, Package
from apps.centralcloud.package_sync.selectors.explorer import (
    advisory_reach,
    affected_shown,
    holders_shown,
    packages_overview,
    version_shown,
)
from apps.centralcloud.package_sync.services.storing import package_store
from apps.centralcloud.package_sync.services.use_counts import use_counts_write
from apps.centralcloud.package_sync.services.used_versions import used_versions_resolve
from tests.common.factories.package_demo import (
    AXIOS,
    BABEL,
    CRYPTO,
    DJANGO,
    GIN,
    PRIVATE,
    REQUEST,
    REQUESTS,
    SERDE,
    SQLPARSE,
    known,
    package_demo,
    use,
)
from tests.common.factories.packages import record, version

pytestmark = pytest.mark.django_db
LIST = "/admin/package_sync/package/"
HOSTILE = "<script>alert('x')</script>"
ASKED: dict[str, set[str]] = {
    "?q=http+client": {REQUEST, AXIOS},
    "?q=djan": {DJANGO},
    "?ecosystem=golang": {GIN},
    "?implemented_in=rust": {CRYPTO, SERDE},
    "?licence=Apache-2.0": {CRYPTO, REQUEST, SERDE},
    "?used_by=team-payments": {DJANGO, SQLPARSE, CRYPTO, REQUEST, PRIVATE},
    "?concern=vulnerable": {DJANGO, CRYPTO},
    "?concern=vulnerable&used_by=team-search": set(),
    "?concern=deprecated": {REQUEST},
    "?concern=outdated&used_by=ci": {DJANGO, SERDE},
    "?state__exact=missing": {PRIVATE},
    "?implemented_in=rust&ecosystem=pypi": {CRYPTO},
    "?q=%21": set(),
}


@pytest.fixture
def world() -> None:
    package_demo()


def html_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def page_of(client: Client, purl: str, query: str = "") -> str:
    return html_of(client, f"{LIST}{Package.objects.get(purl=purl).pk}/change/{query}")


def listed(client: Client, query: str = "") -> list[str]:
    return re.findall(r'data-package="([^"]+)"', html_of(client, f"{LIST}{query}"))


def found(name: str, html: str) -> list[str]:
    return re.findall(rf'data-{name}="([^"]*)"', html)


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        html_of(client, address)
    return len([query for query in captured if "SAVEPOINT" not in query["sql"]])


@pytest.mark.usefixtures("world")
def test_the_list_begins_with_what_most_instances_use(admin_client: Client) -> None:
    assert listed(admin_client)[0] == DJANGO
    html = html_of(admin_client, LIST)
    assert "3 instances" in html
    assert "BSD-3-Clause" in html
    assert "python, rust" in html


@pytest.mark.usefixtures("world")
def test_the_list_is_searched_and_filtered(admin_client: Client) -> None:
    assert {query: set(listed(admin_client, query)) for query in ASKED} == ASKED


@pytest.mark.usefixtures("world")
def test_who_is_called_exactly_so_comes_first(admin_client: Client) -> None:
    known("pkg:npm/serde-wasm", ["1.0.0"], {})
    for name in ("ci", "team-search"):
        use("pkg:npm/serde-wasm", name, "d" * 32)
    use_counts_write()
    assert listed(admin_client, "?q=serde") == [SERDE, "pkg:npm/serde-wasm"]
    assert listed(admin_client, "?q=serde&o=-1") == ["pkg:npm/serde-wasm", SERDE], "asked so"


@pytest.mark.usefixtures("world")
def test_a_package_page_says_who_has_what_and_what_is_wrong(admin_client: Client) -> None:
    html = page_of(admin_client, DJANGO)
    assert found("holder", html) == ["ci", "team-payments", "team-search"]
    assert found("bars", html) == ["3"]
    assert set(found("version", html)) == {"4.2.1", "4.2.16", "5.1.3", "5.2.0"}
    assert found("advisory", html) == ["GHSA-aaaa-bbbb-cccc"]
    assert "4.2.16" in html
    assert found("need", html) == [SQLPARSE]
    assert "The last release came out on" in html
    assert found("language", html) == ["python"]
    assert "A classifier names it" in html
    assert found("outcome", html) == ["changed"]
    assert found("dependent", page_of(admin_client, SQLPARSE)) == [DJANGO]
    assert "One account alone may publish it." in page_of(admin_client, SQLPARSE)


@pytest.mark.usefixtures("world")
def test_pages_of_what_is_not_known_say_what_to_do(admin_client: Client) -> None:
    assert f"manage.py sync_packages {REQUESTS}" in page_of(admin_client, REQUESTS)
    missing = page_of(admin_client, PRIVATE)
    assert "Its registry does not have it" in missing
    assert "its registry has no package of this name" in missing
    assert "No registry of its kind is asked" in page_of(admin_client, GIN)
    assert "request has been deprecated" in page_of(admin_client, REQUEST)
    assert "not pinned" in page_of(admin_client, BABEL)


@pytest.mark.usefixtures("world")
def test_what_publishers_write_is_shown_as_text(admin_client: Client) -> None:
    facts = {"summary": HOSTILE, "licence": "MIT", "homepage": "javascript:alert(1)"}
    known("pkg:npm/evil", ["1.0.0"], {}, deprecated=HOSTILE, **facts)
    for html in (page_of(admin_client, "pkg:npm/evil"), html_of(admin_client, LIST)):
        assert HOSTILE not in html
        assert "javascript:alert" not in html


@pytest.mark.usefixtures("world")
def test_an_advisory_says_whom_it_reaches(admin_client: Client) -> None:
    row = Advisory.objects.get(osv_id="GHSA-aaaa-bbbb-cccc")
    html = html_of(admin_client, f"/admin/package_sync/advisory/{row.pk}/change/")
    assert found("holder", html) == ["team-payments"]
    assert "fixed in 4.2.16" in html
    assert "also CVE-2026-1111" in html
    assert 'href="https://example.org/advisory"' in html
    assert "javascript:alert" not in html
    nobody = Advisory.objects.get(osv_id="GHSA-gggg-hhhh-jjjj")
    html = html_of(admin_client, f"/admin/package_sync/advisory/{nobody.pk}/change/")
    assert "No instance has a version that it affects." in html


@pytest.mark.usefixtures("world")
def test_links_of_an_advisory_lead_to_pages_alone(admin_client: Client) -> None:
    row = Advisory.objects.get(osv_id="GHSA-aaaa-bbbb-cccc")
    row.references = [
        {"type": "WEB", "url": "javascript:alert(1)"},
        {"type": "WEB", "url": "https://example.org/other"},
        "https://example.org/no-object",
    ]
    row.save()
    html = html_of(admin_client, f"/admin/package_sync/advisory/{row.pk}/change/")
    assert "javascript:alert" not in html
    assert 'href="https://example.org/other"' in html


@pytest.mark.usefixtures("world")
def test_an_instance_counts_once_whatever_code_bases_it_has_and_what_is_withdrawn_not_at_all() -> (
    None
):
    package = Package.objects.get(purl=DJANGO)
    use(DJANGO, "team-payments", "9" * 32, pins=["4.2.1"])
    used_versions_resolve(package=package)
    (one,) = affected_shown(package, limit=9)
    assert vars(one)["instances"] == 1
    assert advisory_reach([one.advisory_id]) == {one.advisory_id: 1}
    Advisory.objects.update(withdrawn_at=timezone.now())
    assert affected_shown(package, limit=9) == []
    assert all(not held.advisories for row in holders_shown(package, limit=9) for held in row[1])


@pytest.mark.usefixtures("world")
def test_a_package_counts_by_the_worst_that_it_has() -> None:
    before = packages_overview().vulnerable
    bad = Advisory.objects.get(osv_id="GHSA-aaaa-bbbb-cccc")
    for name in ("low", "none"):
        milder = Advisory.objects.create(
            osv_id=name, group=name, severity=name, source="made", modified_at=timezone.now()
        )
        affected = milder.affected.create(purl=DJANGO, package=Package.objects.get(purl=DJANGO))
        for one in AffectedVersion.objects.filter(affected__advisory=bad):
            AffectedVersion.objects.create(affected=affected, version=one.version)
    assert packages_overview().vulnerable == before


def test_dependencies_are_shown_of_the_latest_version_not_of_a_newer_pre_release() -> None:
    versions = [version("1.0.0", {AXIOS: "^1"}), version("2.0.0-rc.1", {}, prerelease=True)]
    package_store(record=record("pkg:npm/demo", versions, latest="1.0.0"))
    package = Package.objects.get(purl="pkg:npm/demo")
    shown = version_shown(package)
    assert shown is not None
    assert shown.version == "1.0.0"
    package.latest = "0.9.0"
    newest = version_shown(package)
    assert newest is not None
    assert newest.version == "2.0.0-rc.1", "of the latest nothing is told"


@pytest.mark.usefixtures("world")
def test_advisories_are_listed_by_whom_they_reach(admin_client: Client) -> None:
    def ids(query: str) -> set[str]:
        return set(
            found("advisory", html_of(admin_client, f"/admin/package_sync/advisory/{query}"))
        )

    assert len(ids("")) == 3
    assert ids("?in_use=yes") == {"GHSA-aaaa-bbbb-cccc", "GHSA-dddd-eeee-ffff"}
    assert ids("?q=freed") == {"GHSA-dddd-eeee-ffff"}
    assert ids(f"?q={AXIOS}") == {"GHSA-gggg-hhhh-jjjj"}
    assert ids("?severity=critical") == set()


@pytest.mark.usefixtures("world")
def test_the_panel_counts_and_leads_to_the_explorer(admin_client: Client) -> None:
    html = html_of(admin_client, "/admin/panels/packages")
    assert re.search(r'data-number="known" href="[^"]+state__exact=known[^"]*"><span[^>]*>7<', html)
    assert "concern=vulnerable" in html
    assert html.index(DJANGO) < html.index(AXIOS)


def test_before_the_first_package_the_panel_says_what_to_do(admin_client: Client) -> None:
    assert "manage.py sync_packages" in html_of(admin_client, "/admin/panels/packages")
    assert listed(admin_client) == []


@pytest.mark.usefixtures("world")
def test_queries_do_not_grow_with_packages(admin_client: Client) -> None:
    def costs() -> list[int]:
        page = f"{LIST}{Package.objects.get(purl=DJANGO).pk}/change/"
        addresses = (LIST, f"{LIST}?q=p&concern=outdated", page, "/admin/panels/packages",
                     "/admin/package_sync/advisory/")  # fmt: skip
        return [queries(admin_client, address) for address in addresses]

    few = costs()
    row = Package.objects.get(purl=AXIOS)
    made = Package.objects.bulk_create(
        Package(purl=f"pkg:npm/p{number}", ecosystem="npm", name=f"p{number}", state=row.state)
        for number in range(1_000)
    )
    assert len(made) == 1_000
    for number in range(60):
        use(f"pkg:npm/p{number}", "ci", "e" * 32, "^1.0.0", pins=["1.0.0"])
        use(DJANGO, f"team-{number}", "f" * 32, pins=["4.2.1"])
        advisory = Advisory.objects.create(
            osv_id=f"ADV-{number}", group=f"ADV-{number}", source="made", modified_at=timezone.now()
        )
        advisory.affected.create(purl=AXIOS, package=row)
    assert costs() == few
    assert max(few) <= 40


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("name", ["package", "advisory"])
def test_who_may_not_look_sees_nothing(client: Client, name: str) -> None:
    user = User.objects.create(username="reader", is_staff=True)
    client.force_login(user)
    row = (Package if name == "package" else Advisory).objects.all()[0]
    pages = (f"/admin/package_sync/{name}/", f"/admin/package_sync/{name}/{row.pk}/change/")
    assert [client.get(page).status_code for page in pages] == [403, 403]
    user.user_permissions.add(_may_view(name))
    assert [client.get(page).status_code for page in pages] == [200, 200]


def _may_view(name: str) -> Permission:
    return Permission.objects.get(codename=f"view_{name}", content_type__app_label="package_sync")
