"""Python packages, from the simple API, core metadata and the JSON API."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from apps.centralcloud.package_sync.engine.fetching import Fetcher
from apps.centralcloud.package_sync.engine.osv import advisory_parse
from apps.centralcloud.package_sync.engine.pypi import PyPI
from apps.centralcloud.package_sync.engine.record import DependencyRecord, PackageRecord, Scope
from apps.centralcloud.package_sync.engine.registry import Malformed, PackageMissing, Refused
from tests.common.registries.fixtures import Registries
from tests.common.registries.pypi import project_document

DEMO: dict[str, Any] = {
    "owners": ["ann", "bob"],
    "latest": "1.10",
    "info": {
        "summary": "Demo",
        "license_expression": "MIT OR Apache-2.0",
        "keywords": "one,two words",
        "project_urls": {
            "Home Page": "https://demo.example.org",
            "Source Code": "https://git.example.org/demo",
        },
    },
    "versions": {
        "1.9": {"requires": ["six>=1.0"], "yanked": "broken", "size": 10},
        "1.9.1": {"empty": True},
        "2.0rc1": {"requires": []},
        "1.10": {
            "requires": ["Six >=1.0", 'tomli; python_version < "3.11"', 'rich>=13; extra == "cli"'],
            "uploaded": "2024-05-01T00:00:00.000000Z",
            "size": 4_321,
        },
    },
}


@pytest.fixture
def pypi(registries: Registries, fetcher: Fetcher) -> PyPI:
    """A client of the loopback index."""
    return PyPI(fetcher, registries.places["pypi"])


def _read(client: PyPI, name: str, **options: Any) -> PackageRecord:
    record = client.package(name, **options)
    assert record is not None
    return record


@pytest.mark.parametrize(
    "kinds",
    [{}, {"api": False}, {"api": False, "html": True}, {"simple": False}],
    ids=["both", "simple", "page", "json"],
)
def test_whatever_an_index_has_makes_a_good_record(
    pypi: PyPI, registries: Registries, kinds: dict[str, bool]
) -> None:
    registries.serve("pypi", {"Demo.Project": DEMO | kinds})
    record = _read(pypi, "demo_Project")
    assert (record.purl, record.name) == ("pkg:pypi/demo-project", "demo-project")
    assert (record.ecosystem, record.namespace) == ("pypi", "")
    assert (record.latest, record.summary) == ("1.10", "Demo")
    assert record.licence == "MIT OR Apache-2.0"
    assert record.keywords == ("one", "two words")
    assert record.homepage == "https://demo.example.org"
    assert record.repository == "https://git.example.org/demo"
    versions = {one.version: one for one in record.versions}
    assert versions["1.10"].dependencies == (
        DependencyRecord("pkg:pypi/six", ">=1.0"),
        DependencyRecord("pkg:pypi/tomli", "", Scope.RUNTIME, 'python_version < "3.11"'),
        DependencyRecord("pkg:pypi/rich", ">=13", Scope.OPTIONAL, 'extra == "cli"'),
    )
    assert (versions["1.9"].yanked, versions["1.9"].yanked_reason) == (True, "broken")
    assert versions["1.9"].dependencies is None
    assert versions["2.0rc1"].prerelease


def test_versions_say_what_became_of_them(pypi: PyPI, registries: Registries) -> None:
    registries.serve("pypi", {"demo": DEMO})
    record = _read(pypi, "demo")
    old, empty, latest, early = record.versions
    assert [one.version for one in record.versions] == ["1.9", "1.9.1", "1.10", "2.0rc1"]
    assert (empty.withdrawn, old.withdrawn) == (True, False)
    assert latest.released_at == datetime(2024, 5, 1, tzinfo=UTC)
    assert (latest.size, latest.licence) == (4_321, "MIT OR Apache-2.0")
    assert (early.prerelease, latest.prerelease) == (True, False)
    assert record.maintainers == 2


def test_the_size_is_that_of_the_source_distribution(pypi: PyPI, registries: Registries) -> None:
    given = {"versions": {"1.0": {"wheels": ["cp311-cp311-win_amd64"], "sdist": True}}}
    registries.serve("pypi", {"demo": given})
    wheel_and_source = _read(pypi, "demo").versions[0].size
    registries.serve("pypi", {"other": {"versions": {"1.0": {"sdist": False, "size": 77}}}})
    assert _read(pypi, "other").versions[0].size == 77
    assert wheel_and_source is not None
    assert wheel_and_source != 2


def test_dependencies_of_wanted_versions_come_with_their_core_metadata(
    pypi: PyPI, registries: Registries
) -> None:
    registries.serve("pypi", {"demo": DEMO})
    record = _read(pypi, "demo", wanted=["1.9", "7.7"])
    assert record.versions[0].dependencies == (DependencyRecord("pkg:pypi/six", ">=1.0"),)
    assert record.versions[3].dependencies is None
    assert "/pypi/files/demo-1.9-py3-none-any.whl.metadata" in registries.server.paths()


def test_the_wheel_for_every_platform_says_what_is_needed(
    pypi: PyPI, registries: Registries
) -> None:
    wheels = ["cp311-cp311-win_amd64", "py3-none-any"]
    registries.serve("pypi", {"demo": {"versions": {"1.0": {"wheels": wheels}}}})
    _read(pypi, "demo")
    asked = [path for path in registries.server.paths() if path.endswith(".metadata")]
    assert asked == ["/pypi/files/demo-1.0-py3-none-any.whl.metadata"]


def test_a_licence_that_the_json_api_does_not_tell_is_that_of_the_wheel(
    pypi: PyPI, registries: Registries
) -> None:
    given = {"info": {"license_expression": "MIT"}, "versions": {"1.0": {}}}
    registries.serve("pypi", {"demo": given})
    document = project_document("demo", "1.0", given, whole=True)
    document["info"]["license_expression"] = None
    registries.server.route("pypi/pypi/demo/json", document)
    assert _read(pypi, "demo").licence == "MIT"
    document["info"]["license_expression"] = "ISC"
    registries.server.route("pypi/pypi/demo/json", document)
    assert _read(pypi, "demo").licence == "ISC"


def test_without_core_metadata_the_json_api_says_what_is_needed(
    pypi: PyPI, registries: Registries
) -> None:
    versions = {
        "1.0": {"metadata": False, "requires": ["six"]},
        "2.0": {"metadata": False},
        "3.0": {"wheels": []},
    }
    registries.serve("pypi", {"demo": {"versions": versions}})
    one, two, three = _read(pypi, "demo", wanted=["1.0", "2.0"]).versions
    assert one.dependencies == (DependencyRecord("pkg:pypi/six"),)
    assert two.dependencies == ()
    assert three.dependencies is None, "a source distribution need not say what it needs"


def test_latest_is_what_the_index_hands_out_unless_it_is_yanked(
    pypi: PyPI, registries: Registries
) -> None:
    versions: dict[str, Any] = {"1.0": {}, "1.1": {}, "1.2": {"yanked": True}, "2.0a1": {}}
    given = {"versions": versions, "latest": "1.0"}
    registries.serve("pypi", {"told": given, "yanked": given | {"latest": "1.2"}})
    registries.serve("pypi", {"untold": given | {"api": False}})
    registries.serve("pypi", {"all": {"versions": {"1.0": {"yanked": True}}}})
    early = {"versions": {"1.0": {"yanked": True}, "2.0a1": {}}, "latest": "1.0"}
    registries.serve("pypi", {"early": early})
    found = [_read(pypi, name).latest for name in ("told", "yanked", "untold", "all", "early")]
    assert found == ["1.0", "1.1", "1.1", "1.0", "2.0a1"]


def test_requirements_of_all_kinds(pypi: PyPI, registries: Registries) -> None:
    requires = [
        "Zope.Interface[test] (>=5.0,<6)",
        "forked @ https://example.org/forked.zip",
        "old (>dev)",
        'a>=1; extra == "x" and python_version >= "3.9"',
        'b; sys_platform == "extra"',
        "!!",
    ]
    registries.serve("pypi", {"demo": {"versions": {"1.0": {"requires": requires}}}})
    assert _read(pypi, "demo").versions[0].dependencies == (
        DependencyRecord("pkg:pypi/zope-interface", "<6,>=5.0"),
        DependencyRecord("pkg:pypi/old", ">dev"),
        DependencyRecord(
            "pkg:pypi/a", ">=1", Scope.OPTIONAL, 'extra == "x" and python_version >= "3.9"'
        ),
        DependencyRecord("pkg:pypi/b", "", Scope.RUNTIME, 'sys_platform == "extra"'),
    )


@pytest.mark.parametrize(
    ("given", "deprecated"),
    [
        ({"status": "archived"}, "archived"),
        ({"status": "deprecated", "reason": "use two"}, "deprecated: use two"),
        ({"status": "quarantined"}, "quarantined"),
        ({"status": "active"}, ""),
        (
            {"info": {"classifiers": ["Development Status :: 7 - Inactive"]}},
            "Development Status :: 7 - Inactive",
        ),
    ],
)
@pytest.mark.parametrize("html", [False, True])
def test_a_project_says_that_it_has_ended(
    pypi: PyPI, registries: Registries, given: dict[str, Any], deprecated: str, html: bool
) -> None:
    registries.serve("pypi", {"demo": {"versions": {"1.0": {}}, "html": html} | given})
    assert _read(pypi, "demo").deprecated == deprecated


def test_the_licence_is_the_expression_else_the_text_else_the_classifiers(
    pypi: PyPI, registries: Registries
) -> None:
    classifiers = ["License :: OSI Approved :: Apache Software License"]
    said = [
        {"license_expression": "MIT", "license": "ISC", "classifiers": classifiers},
        {"license": "ISC", "classifiers": classifiers},
        {"license": "All rights and duties\nof somebody", "classifiers": classifiers},
        {},
    ]
    found = []
    for number, info in enumerate(said):
        registries.serve("pypi", {f"demo-{number}": {"info": info, "versions": {"1.0": {}}}})
        found.append(_read(pypi, f"demo-{number}").licence)
    assert found == ["MIT", "ISC", "Apache-2.0", ""]


def test_what_the_index_tells_against_versions_becomes_advisories(
    pypi: PyPI, registries: Registries
) -> None:
    told = {
        "id": "PYSEC-2024-7",
        "aliases": ["CVE-2024-7"],
        "fixed_in": ["1.2", "1.10", "2.1"],
        "summary": "Too much",
    }
    versions = {
        "1.8": {"vulnerabilities": [told]},
        "1.9": {"vulnerabilities": [told], "uploaded": "2024-03-01T00:00:00Z"},
        "2.0": {"vulnerabilities": [told | {"fixed_in": []}]},
    }
    registries.serve("pypi", {"Demo": {"versions": versions}})
    (document,) = _read(pypi, "demo", wanted=["1.8", "1.9"]).advisories
    advisory = advisory_parse(document)
    assert (advisory.id, advisory.aliases) == ("PYSEC-2024-7", ("CVE-2024-7",))
    assert advisory.modified == datetime(2024, 3, 1, tzinfo=UTC)
    assert [one.purl for one in advisory.affected] == ["pkg:pypi/demo"]
    assert advisory.affected[0].listed == ("1.8", "1.9", "2.0")
    assert [one["events"] for one in document["affected"][0]["ranges"]] == [
        [{"introduced": "1.8"}, {"fixed": "1.10"}],
        [{"introduced": "1.9"}, {"fixed": "1.10"}],
    ]
    assert _read(pypi, "demo").advisories[0]["affected"][0]["versions"] == ["2.0"]


def test_what_is_told_no_more_against_a_version_is_a_withdrawn_advisory(
    pypi: PyPI, registries: Registries
) -> None:
    told = {"id": "PYSEC-2024-8", "withdrawn": "2024-05-01T00:00:00Z"}
    registries.serve("pypi", {"demo": {"versions": {"1.0": {"vulnerabilities": [told]}}}})
    (document,) = _read(pypi, "demo").advisories
    assert advisory_parse(document).withdrawn == datetime(2024, 5, 1, tzinfo=UTC)


def test_an_unchanged_project_costs_conditional_requests_only(
    pypi: PyPI, fetcher: Fetcher, registries: Registries
) -> None:
    registries.serve("pypi", {"demo": DEMO})
    digest = _read(pypi, "demo", wanted=["1.9"]).digest
    with fetcher.counted() as count:
        assert pypi.package("demo", wanted=["1.9"], known=digest) is None
    assert (count.requests, count.unchanged) == (3, 3)
    assert {seen.status for seen in registries.server.requests[-3:]} == {304}
    assert pypi.package("demo", wanted=["1.9", "2.0rc1"], known=digest) is not None
    registries.serve("pypi", {"demo": DEMO | {"status": "archived"}})
    assert _read(pypi, "demo", wanted=["1.9"], known=digest).deprecated == "archived"


def test_what_no_api_has_is_missing(pypi: PyPI, registries: Registries) -> None:
    with pytest.raises(PackageMissing):
        pypi.package("demo")
    assert registries.server.paths() == ["/pypi/simple/demo/", "/pypi/pypi/demo/json"]


@pytest.mark.parametrize("name", ["", "-x", "a/b", "a b", "..", "x.", "naïve", "a" * 201])
def test_a_name_that_no_project_has_is_not_asked_for(
    name: str, pypi: PyPI, registries: Registries
) -> None:
    with pytest.raises(PackageMissing):
        pypi.package(name)
    assert registries.server.requests == []


def test_a_mirror_may_answer_anything_where_its_json_api_is_only_guessed(
    registries: Registries, fetcher: Fetcher
) -> None:
    registries.serve("pypi", {"demo": DEMO})
    place = registries.places["pypi"]
    for body, status in ((b"<html>", 200), (b"", 403)):
        registries.server.route("pypi/pypi/demo/json", body, status=status)
        assert _read(PyPI(fetcher, place), "demo").maintainers is None
    without = replace(place, api="")
    assert _read(PyPI(fetcher, without), "demo").latest == "1.10"


def test_an_index_that_refuses_is_not_taken_for_an_empty_one(
    pypi: PyPI, registries: Registries
) -> None:
    registries.serve("pypi", {"demo": DEMO})
    registries.server.fault("pypi/simple/demo/", "status", code=401)
    with pytest.raises(Refused):
        pypi.package("demo")


@pytest.mark.parametrize(
    ("path", "body", "message"),
    [
        ("pypi/pypi/demo/json", {"info": {"name": "other"}}, "of another project"),
        ("pypi/pypi/demo/json", {"info": []}, "info is not an object"),
        ("pypi/pypi/demo/json", [], "not an object"),
        (
            "pypi/pypi/demo/json",
            {"info": {"name": "demo", "version": "1", "requires_dist": [3]}},
            "requires_dist is not an array of texts",
        ),
        ("pypi/files/demo-1.10-py3-none-any.whl.metadata", b"Name: demo", "the digest"),
    ],
)
def test_what_is_not_the_protocol_says_what_is_wrong(
    pypi: PyPI, registries: Registries, path: str, body: Any, message: str
) -> None:
    registries.serve("pypi", {"demo": DEMO})
    registries.server.route(path, body)
    with pytest.raises(Malformed, match=message):
        pypi.package("demo")
