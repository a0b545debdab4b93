"""Packages over REST."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from tests.common.factories.core import AdminFactory
from tests.common.factories.package_world import (
    BABEL,
    HTTPX,
    REQUESTS,
    RUFF,
    SECRET,
    SERDE,
    WRAPPER,
    package_of,
    world_make,
)
from tests.common.problems import wrong_fields

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world(db: None) -> None:
    world_make()


@pytest.fixture
def api() -> APIClient:
    client = APIClient()
    client.force_authenticate(AdminFactory.create())
    return client


def got(api: APIClient, address: str, status: int = 200, **parameters: Any) -> Any:
    response = api.get(f"/api/v1/{address}", parameters)
    assert response.status_code == status, response.content
    return response.json()


def purls(rows: list[dict[str, Any]]) -> list[str]:
    return [row["purl"] for row in rows]


def test_who_is_not_known_reads_nothing() -> None:
    for address in ("packages", f"packages/{REQUESTS}", "licences", "instances/alpha/packages"):
        assert APIClient().get(f"/api/v1/{address}").status_code in {401, 403}


def test_packages_come_page_by_page_those_of_most_instances_first(api: APIClient) -> None:
    first = got(api, "packages", page_size="3")
    assert [row["instances"] for row in first["results"]] == [3, 3, 3]
    second = api.get(first["next"]).json()
    assert purls(second["results"]) == [HTTPX, WRAPPER, BABEL]
    third = api.get(second["next"]).json()
    assert purls(third["results"]) == [SECRET]
    assert third["next"] is None


def test_filters_are_those_of_every_door(api: APIClient) -> None:
    asked: list[tuple[dict[str, Any], list[str]]] = [
        ({"words": "http"}, [REQUESTS, HTTPX, SECRET]),
        ({"implemented_in": "rust"}, [RUFF, SERDE]),
        ({"implemented_in": "Rust", "ecosystem": "Cargo"}, [SERDE]),
        ({"implemented_in": "js"}, [BABEL]),
        ({"ecosystem": "npm"}, [BABEL]),
        ({"licence": "Apache-2.0"}, [REQUESTS, SERDE]),
        ({"used_by": "delta", "outdated": "true"}, [BABEL]),
        ({"vulnerable": "true"}, [REQUESTS]),
        ({"deprecated": "true"}, [BABEL]),
        ({"deprecated": "false", "used_by": "delta"}, [REQUESTS, BABEL]),
    ]
    for parameters, expected in asked:
        assert purls(got(api, "packages", **parameters)["results"]) == expected, parameters
    (ruff,) = got(api, "packages", words="ruff")["results"]
    assert [one["language"] for one in ruff["implementations"]] == ["python", "rust"]


def test_a_package_is_read_by_its_purl_or_its_id(api: APIClient) -> None:
    key = package_of(BABEL).pk
    for address in (f"packages/{BABEL}", "packages/pkg:npm/@babel/core", f"packages/{key}"):
        answer = got(api, address)
        assert purls(answer["packages"]) == [BABEL], address
        assert answer["detail"]["versions_total"] == 2
    for address in ("packages/pkg:npm/nothing", "packages/999999", "packages/9" + "9" * 5_000):
        got(api, address, 404)


def test_what_belongs_to_a_package_has_lists_of_its_own(api: APIClient) -> None:
    versions = got(api, f"packages/{REQUESTS}/versions")["results"]
    assert [(row["version"], row["instances"]) for row in versions] == [
        ("3.0", 1),
        ("2.0", 0),
        ("1.0", 2),
    ]
    assert purls(got(api, f"packages/{REQUESTS}/dependents")["results"]) == [WRAPPER, SECRET]
    uses = got(api, f"packages/{REQUESTS}/uses")["results"]
    assert [(row["instance"], row["versions"][0]["version"]) for row in uses] == [
        ("alpha", "1.0"),
        ("delta", "3.0"),
        ("solo", "1.0"),
    ]
    (one,) = got(api, f"packages/{REQUESTS}/alternatives", instance="alpha")
    assert one["purl"] == HTTPX
    got(api, f"packages/{REQUESTS}/alternatives", 400)


def test_advisories_name_their_packages_and_how_many_instances_they_concern(
    api: APIClient,
) -> None:
    (one,) = got(api, "advisories")["results"]
    assert (one["osv_id"], one["severity"], one["instances"]) == ("ADV-1", "high", 2)
    assert one["affected"] == [{"purl": REQUESTS, "fixed": ["2.0"]}]
    asked: list[tuple[dict[str, Any], int]] = [
        ({"severity": "high"}, 1),
        ({"severity": "low"}, 0),
        ({"package": REQUESTS}, 1),
        ({"package": RUFF}, 0),
        ({"withdrawn": "true"}, 0),
        ({"withdrawn": "false"}, 1),
        ({"in_use": "true"}, 1),
    ]
    for parameters, number in asked:
        assert len(got(api, "advisories", **parameters)["results"]) == number, parameters


def test_licences_and_the_packages_of_an_instance(api: APIClient) -> None:
    assert got(api, "licences", instance="delta") == [
        {"licence": "Apache-2.0", "packages": 1, "codebases": 1},
        {"licence": "MIT", "packages": 1, "codebases": 1},
    ]
    answer = got(api, "instances/alpha/packages", vulnerable="true")
    (one,) = answer["packages"]
    assert (one["purl"], one["mine"][0]["version"]) == (REQUESTS, "1.0")
    assert one["advisories"][0]["fixed"] == ["2.0"]
    got(api, "instances/nobody/packages", 404)


def test_a_wrong_parameter_is_refused(api: APIClient) -> None:
    for address in ("packages?words=%00", "licences?instance=%00", "packages?cursor=x"):
        assert api.get(f"/api/v1/{address}").status_code in {400, 404}, address


def test_a_name_that_stands_for_nothing_is_refused_with_those_there_are(api: APIClient) -> None:
    asked = (
        ("ecosystem", "gem", "There is no ecosystem gem; there are: cargo, npm, pypi."),
        ("implemented_in", "Klingon", "no language Klingon; there are: javascript, python, rust."),
        ("used_by", "nobody", "There is no instance nobody; there are: alpha, beta, delta"),
    )
    for name, value, said in asked:
        wrong = wrong_fields(api.get("/api/v1/packages", {name: value}))
        assert list(wrong) == [name]
        assert said in wrong[name]
    for name, value, said in asked[:2]:
        assert said in str(got(api, "instances/alpha/packages", 400, **{name: value}))
    assert got(api, "packages", words="nothing", ecosystem="npm")["results"] == []


def test_a_page_costs_the_same_queries_whatever_its_size(api: APIClient) -> None:
    for address in (
        "packages",
        f"packages/{REQUESTS}/versions",
        f"packages/{REQUESTS}/uses",
        f"packages/{REQUESTS}/dependents",
        "advisories",
    ):
        counts = set()
        for size in ("1", "50"):
            with CaptureQueriesContext(connection) as queries:
                got(api, address, page_size=size)
            counts.add(len(queries))
        assert len(counts) == 1, address
        assert counts.pop() <= 3, address
