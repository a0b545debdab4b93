"""What instances are made of, by command and over REST."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.centralcloud.package_sync.management.commands import sbom
from apps.centralcloud.package_sync.selectors.sbom import instance_sbom
from apps.shared.access.roles import Role
from tests.common.factories.fleet import InstanceFactory
from tests.common.factories.package_demo import SHOP, TOOLS, known, package_demo, use
from tests.common.people import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> None:
    package_demo()


def said(*arguments: Any) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    # the site of instances has a command of this name too, and one process has the apps of both
    call_command(sbom.Command(), *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def checked(text: str) -> dict[str, Any]:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    made: dict[str, Any] = json.loads(text)
    return made


def made_of(instance: str, codebase: str = "") -> dict[str, Any]:
    return checked(instance_sbom(instance=instance, codebase=codebase, made_at=timezone.now()))


def purls(made: dict[str, Any]) -> set[str]:
    return {one["purl"] for one in made.get("components", [])}


def needs(made: dict[str, Any]) -> dict[str, list[str]]:
    return {one["ref"]: one.get("dependsOn", []) for one in made["dependencies"]}


@pytest.mark.usefixtures("world")
def test_a_bill_has_what_registries_and_advisories_say() -> None:
    made = made_of("team-payments")
    assert purls(made) == {
        "pkg:npm/request@2.88.2",
        "pkg:pypi/cryptography@41.0.0",
        "pkg:pypi/django@4.2.1",
        "pkg:pypi/payments-internal",
        "pkg:pypi/sqlparse@0.4.4",
    }
    django = next(one for one in made["components"] if one["name"] == "django")
    assert django["licenses"] == [{"expression": "BSD-3-Clause"}]
    assert needs(made)["pkg:pypi/django@4.2.1"] == ["pkg:pypi/sqlparse@0.4.4"]
    assert "pkg:pypi/sqlparse@0.4.4" not in needs(made)["subject"]
    first, second = sorted(made["vulnerabilities"], key=lambda one: str(one["id"]))
    assert (first["id"], first["source"]["name"]) == ("GHSA-aaaa-bbbb-cccc", "demo")
    assert first["recommendation"] == "Update django to 4.2.16."
    assert first["ratings"][0]["severity"] == "high"
    assert [one["ref"] for one in first["affects"]] == ["pkg:pypi/django@4.2.1"]
    assert second["recommendation"] == "Update cryptography to 42.0.0."


@pytest.mark.usefixtures("world")
def test_packages_of_no_registry_and_without_version_are_components() -> None:
    assert {
        "pkg:golang/github.com/gin-gonic/gin",
        "pkg:github/actions/checkout",
        "pkg:pypi/requests",
    } <= purls(made_of("ci"))


@pytest.mark.usefixtures("world")
def test_only_versions_that_a_requirement_allows_are_needed() -> None:
    known("pkg:npm/app", ["1.0.0"], {"pkg:npm/lib": "^2.0.0"})
    known("pkg:npm/lib", ["1.0.0", "2.1.0"], {})
    use("pkg:npm/app", "ci", TOOLS, pins=["1.0.0"])
    use("pkg:npm/lib", "ci", TOOLS, pins=["1.0.0", "2.1.0"])
    known("pkg:npm/app", ["1.0.0", "1.0.1"], {"pkg:npm/lib": "^2.0.0"})
    known("pkg:npm/lib", ["1.0.0", "2.1.0", "2.1.1"], {})
    found = needs(made_of("ci"))
    assert found["pkg:npm/app@1.0.0"] == ["pkg:npm/lib@2.1.0"]
    assert "pkg:npm/lib@1.0.0" in found["subject"]


@pytest.mark.usefixtures("world")
def test_one_code_base_by_how_its_key_begins() -> None:
    use("pkg:npm/axios", "team-payments", "6" * 32, "^1.0.0")
    assert "pkg:npm/axios" not in str(purls(made_of("team-payments", SHOP[:8])))
    assert purls(made_of("team-payments", "6")) == {"pkg:npm/axios"}
    assert made_of("team-payments", "5")["metadata"]["component"]["name"] == f"team-payments/{SHOP}"


@pytest.mark.usefixtures("world")
def test_unknown_names_are_refused_in_one_line() -> None:
    with pytest.raises(CommandError, match="no instance is called 'x'; known: ci, team-payments"):
        said("x")
    with pytest.raises(CommandError, match=f"whose keys begin with 'zz'; .*: {SHOP}"):
        said("team-payments", "--codebase", "zz")


def test_an_instance_that_declares_nothing_has_an_empty_bill() -> None:
    InstanceFactory.create(name="quiet")
    made, told = said("quiet")
    assert purls(checked(made)) == set()
    assert told.strip() == "It has no component: quiet has declared nothing."


@pytest.mark.usefixtures("world")
def test_the_command_writes_a_file_whole(tmp_path: Path) -> None:
    file = tmp_path / "ci.cdx.json"
    assert said("ci", "--output", file)[0].strip() == f"Written to {file}."
    assert "pkg:cargo/serde@1.0.200" in purls(checked(file.read_text()))


@pytest.mark.usefixtures("world")
def test_over_rest(client: Client) -> None:
    address = "/api/v1/instances/team-payments/sbom"
    assert client.get(address).status_code == 401
    client.force_login(person(Role.VIEWER))
    response = client.get(address)
    assert response["Content-Disposition"] == 'attachment; filename="team-payments.cdx.json"'
    assert "pkg:pypi/django@4.2.1" in purls(checked(response.content.decode()))
    assert client.get(f"{address}?codebase={SHOP[:6]}").status_code == 200
    assert client.get(f"{address}?codebase=zz").status_code == 404
    unknown = client.get("/api/v1/instances/nobody/sbom")
    assert unknown.status_code == 404
    assert "no instance is called" in unknown.content.decode()


@pytest.mark.usefixtures("world")
def test_queries_do_not_grow_with_what_is_declared() -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            made_of("ci")
        return len(captured)

    few = cost()
    for number in range(40):
        known(f"pkg:npm/p{number}", ["1.0.0"], {})
        use(f"pkg:npm/p{number}", "ci", TOOLS, pins=["1.0.0"])
    assert cost() == few <= 7


@pytest.mark.usefixtures("world")
def test_the_page_of_an_instance_leads_to_it(admin_client: Client) -> None:
    html = admin_client.get("/admin/fleet/instance/team-payments/change/").content.decode()
    assert 'href="/api/v1/instances/team-payments/sbom"' in html
