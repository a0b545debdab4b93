"""npm packages, from packuments as a registry serves them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from apps.centralcloud.package_sync.engine.fetching import Fetcher
from apps.centralcloud.package_sync.engine.npm import Npm
from apps.centralcloud.package_sync.engine.npm.downloads import downloads_url
from apps.centralcloud.package_sync.engine.places import Place
from apps.centralcloud.package_sync.engine.record import (
    DependencyRecord,
    PackageRecord,
    Scope,
    VersionRecord,
)
from apps.centralcloud.package_sync.engine.registry import (
    Malformed,
    PackageMissing,
    TooLarge,
    Unavailable,
)
from tests.common.registries.fixtures import Registries
from tests.common.registries.npm import npm_serve_abbreviated, packument

DEMO: dict[str, Any] = {
    "description": "Of the package",
    "maintainers": 3,
    "latest": "1.10.0",
    "gone": {"1.9.1": "2023-05-06T07:08:09.000Z"},
    "versions": {
        "1.9.0": {"deprecated": "use 1.10", "license": "MIT"},
        "2.0.0-beta.1": {},
        "1.10.0": {
            "description": "Of the latest version",
            "keywords": ["demo", "Demo two"],
            "homepage": "https://demo.example.org",
            "repository": {"type": "git", "url": "git+https://git.example.org/demo/core.git"},
            "license": "(MIT OR Apache-2.0)",
            "released": "2024-05-01T00:00:00.000Z",
            "size": 4_321,
        },
    },
}


@pytest.fixture
def npm(registries: Registries, fetcher: Fetcher) -> Npm:
    """A client of the loopback registry."""
    return Npm(fetcher, registries.places["npm"])


def _read(client: Npm, name: str, **options: Any) -> PackageRecord:
    record = client.package(name, **options)
    assert record is not None
    return record


def _one(registries: Registries, npm: Npm, given: dict[str, Any]) -> VersionRecord:
    registries.serve("npm", {"demo": {"versions": {"1.0.0": given}}})
    return _read(npm, "demo").versions[0]


def test_a_packument_makes_a_record(npm: Npm, registries: Registries) -> None:
    registries.serve("npm", {"@demo/core": DEMO})
    record = _read(npm, "@demo/core")
    assert (record.purl, record.ecosystem) == ("pkg:npm/%40demo/core", "npm")
    assert (record.namespace, record.name) == ("@demo", "core")
    assert record.latest == "1.10.0"
    assert record.summary == "Of the latest version"
    assert record.licence == "MIT OR Apache-2.0"
    assert record.keywords == ("demo", "Demo two")
    assert record.homepage == "https://demo.example.org"
    assert record.repository == "https://git.example.org/demo/core"
    assert (record.maintainers, record.downloads, record.deprecated) == (3, None, "")
    assert registries.server.paths() == ["/npm/@demo%2fcore"]


def test_versions_say_what_became_of_them(npm: Npm, registries: Registries) -> None:
    registries.serve("npm", {"demo": DEMO})
    old, gone, latest, early = _read(npm, "demo").versions
    assert [old.version, gone.version, latest.version, early.version] == [
        "1.9.0",
        "1.9.1",
        "1.10.0",
        "2.0.0-beta.1",
    ]
    assert (old.deprecated, old.licence, old.withdrawn) == ("use 1.10", "MIT", False)
    assert (gone.withdrawn, gone.dependencies) == (True, None)
    assert gone.released_at == datetime(2023, 5, 6, 7, 8, 9, tzinfo=UTC)
    assert (latest.size, latest.dependencies, latest.deprecated) == (4_321, (), "")
    assert latest.released_at == datetime(2024, 5, 1, tzinfo=UTC)
    assert (early.prerelease, latest.prerelease) == (True, False)


@pytest.mark.parametrize(
    ("said", "kept"), [("", ""), (False, ""), (None, ""), (True, "deprecated"), (" no ", "no")]
)
def test_a_version_is_deprecated_where_it_says_why(
    npm: Npm, registries: Registries, said: Any, kept: str
) -> None:
    assert _one(registries, npm, {"deprecated": said}).deprecated == kept


def test_a_package_is_deprecated_with_its_latest_version(npm: Npm, registries: Registries) -> None:
    versions = {"1.0.0": {}, "2.0.0": {"deprecated": "moved to demo-two"}}
    registries.serve("npm", {"demo": {"versions": versions}})
    assert _read(npm, "demo").deprecated == "moved to demo-two"


def test_a_package_that_was_taken_back_has_only_withdrawn_versions(
    npm: Npm, registries: Registries
) -> None:
    given = {"versions": {"1.0.0": {}, "1.1.0": {}}, "unpublished": "2024-06-01T00:00:00.000Z"}
    registries.serve("npm", {"demo": given})
    record = _read(npm, "demo")
    assert [(one.version, one.withdrawn) for one in record.versions] == [
        ("1.0.0", True),
        ("1.1.0", True),
    ]
    assert (record.latest, record.deprecated) == ("", "unpublished on 2024-06-01")
    document = packument("timeless", given)
    document["time"] = {"unpublished": {"versions": ["1.0.0", "1.1.0"]}}
    registries.server.route("npm/timeless", document)
    record = _read(npm, "timeless")
    assert [(one.version, one.withdrawn) for one in record.versions] == [
        ("1.0.0", True),
        ("1.1.0", True),
    ]
    assert record.deprecated == "unpublished"


def test_latest_is_what_the_tag_names_as_long_as_it_is_there(
    npm: Npm, registries: Registries
) -> None:
    versions: dict[str, Any] = {"1.0.0": {}, "1.2.0": {}, "2.0.0-rc.1": {}}
    registries.serve("npm", {"demo": {"versions": versions, "latest": "1.0.0"}})
    assert _read(npm, "demo").latest == "1.0.0"
    registries.serve("npm", {"other": {"versions": versions, "latest": "9.9.9"}})
    assert _read(npm, "other").latest == "1.2.0"


def test_dependencies_are_those_that_using_it_needs(npm: Npm, registries: Registries) -> None:
    given = {
        "dependencies": {
            "ms": "^2.1.0",
            "fsevents": "~2.3.2",
            "old": "npm:@demo/new@^1",
            "any": "npm:other",
            "tagged": "next",
            "forked": "git+https://git.example.org/x.git",
            "short": "user/project#main",
            "local": "file:../local",
            "packed": "https://example.org/x.tgz",
            "space": "workspace:*",
        },
        "optionalDependencies": {"fsevents": "~2.3.2"},
        "peerDependencies": {"react": ">=18 || ^19.0.0-rc", "typescript": "*"},
        "peerDependenciesMeta": {"typescript": {"optional": True}, "react": {"optional": False}},
        "devDependencies": {"mocha": "^10"},
    }
    assert _one(registries, npm, given).dependencies == (
        DependencyRecord("pkg:npm/ms", "^2.1.0"),
        DependencyRecord("pkg:npm/%40demo/new", "^1"),
        DependencyRecord("pkg:npm/other", ""),
        DependencyRecord("pkg:npm/tagged", "next"),
        DependencyRecord("pkg:npm/fsevents", "~2.3.2", Scope.OPTIONAL),
        DependencyRecord("pkg:npm/react", ">=18 || ^19.0.0-rc", Scope.PEER),
        DependencyRecord("pkg:npm/typescript", "*", Scope.OPTIONAL, "peer"),
    )


@pytest.mark.parametrize(
    ("said", "text", "expression"),
    [
        ({"license": "MIT"}, "MIT", "MIT"),
        ({"license": {"type": "ISC", "url": "https://example.org"}}, "ISC", "ISC"),
        ({"licenses": [{"type": "MIT"}, {"type": "ISC"}]}, "MIT OR ISC", "MIT OR ISC"),
        ({"license": "MIT", "licenses": [{"type": "ISC"}]}, "MIT", "MIT"),
        ({"license": ["MIT", "ISC"]}, "MIT OR ISC", "MIT OR ISC"),
        ({"license": "SEE LICENSE IN FILE"}, "SEE LICENSE IN FILE", ""),
        ({"license": 3}, "", ""),
        ({}, "", ""),
    ],
)
def test_licences_are_read_in_all_forms_that_were_published(
    npm: Npm, registries: Registries, said: dict[str, Any], text: str, expression: str
) -> None:
    version = _one(registries, npm, said)
    assert (version.licence_text, version.licence) == (text, expression)


def test_the_latest_version_is_believed_before_what_stands_above_all_versions(
    npm: Npm, registries: Registries
) -> None:
    above = {"license": "GPL-2.0-only", "description": "Once", "keywords": ["old"]}
    now = {"license": "MIT", "description": "Now", "keywords": ["new"]}
    registries.serve("npm", {"demo": {**above, "versions": {"1.0.0": now}}})
    record = _read(npm, "demo")
    assert (record.licence, record.summary, record.keywords) == ("MIT", "Now", ("new",))
    registries.serve("npm", {"bare": {**above, "versions": {"1.0.0": {}}}})
    record = _read(npm, "bare")
    assert (record.licence, record.summary, record.keywords) == ("GPL-2.0-only", "Once", ("old",))


def test_old_manifests_with_odd_forms_do_not_cost_the_package(
    npm: Npm, registries: Registries
) -> None:
    odd = {
        "keywords": "one, two",
        "repository": ["x"],
        "description": 5,
        "dependencies": [],
        "peerDependenciesMeta": [],
        "scripts": "none",
        "binary": "no",
        "files": {"a": 1},
    }
    registries.serve("npm", {"demo": {"versions": {"1.0.0": odd}}})
    record = _read(npm, "demo")
    assert record.keywords == ("one", "two")
    assert (record.repository, record.summary) == ("", "")
    assert record.versions[0].dependencies == ()


def test_an_unchanged_package_costs_one_conditional_request(
    npm: Npm, fetcher: Fetcher, registries: Registries
) -> None:
    registries.serve("npm", {"demo": DEMO})
    digest = _read(npm, "demo").digest
    with fetcher.counted() as count:
        assert npm.package("demo", known=digest) is None
    assert (count.requests, count.unchanged) == (1, 1)
    assert registries.server.requests[-1].status == 304
    registries.serve("npm", {"demo": DEMO | {"maintainers": 1}})
    assert _read(npm, "demo", known=digest).maintainers == 1


def test_of_a_package_that_is_too_large_the_abbreviated_form_does(
    registries: Registries, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    npm = Npm(fetcher, registries.places["npm"])
    registries.serve("npm", {"demo": DEMO})
    npm_serve_abbreviated(registries.server, "demo", DEMO)
    get = fetcher.get

    def small(place: Place, path: str, *, accept: str = "application/json") -> Any:
        if path == "demo" and "install" not in accept:
            raise TooLarge("the registry's answer is too large")
        return get(place, path, accept=accept)

    monkeypatch.setattr(fetcher, "get", small)
    record = _read(npm, "demo")
    assert [one.version for one in record.versions] == ["1.9.0", "1.10.0", "2.0.0-beta.1"]
    assert record.versions[0].deprecated == "use 1.10"
    assert (record.licence, record.summary) == ("MIT OR Apache-2.0", "Of the latest version")
    assert record.maintainers == 1
    assert all(one.released_at is None for one in record.versions)


def test_downloads_come_where_they_are_served(registries: Registries, fetcher: Fetcher) -> None:
    registries.serve("npm", {"@demo/core": DEMO | {"downloads": 500}, "demo": DEMO})
    place = replace(registries.places["npm"], api=f"{registries.server.url}npm-api/")
    npm = Npm(fetcher, place)
    record = _read(npm, "@demo/core")
    assert (record.downloads, record.downloads_days) == (500, 30)
    assert _read(npm, "demo").downloads is None
    path = "npm-api/downloads/point/last-month/demo"
    registries.server.fault(path, "status", times=9, code=503)
    assert _read(npm, "demo").downloads is None
    asked = len(registries.server.requests)
    assert _read(npm, "@demo/core").downloads is None
    assert len(registries.server.requests) <= asked + 1, "who fails is not asked again"


@pytest.mark.parametrize(
    ("place", "url"),
    [
        (
            Place("npm", "https://registry.example.org/"),
            "https://api.example.org/downloads/point/last-month/@demo/core",
        ),
        (Place("npm", "https://registry.example.org/", private=True), ""),
        (Place("npm", "https://mirror.example.org/npm/"), ""),
    ],
)
def test_downloads_are_looked_for_beside_the_public_registry(place: Place, url: str) -> None:
    assert downloads_url(place, "@demo/core") == url


def test_a_scope_is_asked_where_it_is(registries: Registries, fetcher: Fetcher) -> None:
    registries.serve("npm", {"@demo/core": DEMO})
    place = Place("npm", f"{registries.server.url}nothing/", private=True)
    place = replace(place, scopes={"@demo": registries.places["npm"]})
    assert _read(Npm(fetcher, place), "@demo/core").latest == "1.10.0"


def test_names_that_differ_by_capitals_are_two_packages(npm: Npm, registries: Registries) -> None:
    old = {"description": "Of old", "versions": {"1.3.5": {"dependencies": {"Base64": "~0.2.0"}}}}
    new = {"description": "Another", "versions": {"1.0.0": {}}}
    registries.serve("npm", {"JSONStream": old, "jsonstream": new})
    first, second = _read(npm, "JSONStream"), _read(npm, "jsonstream")
    assert (first.purl, first.name, first.summary) == (
        "pkg:npm/JSONStream",
        "JSONStream",
        "Of old",
    )
    assert (second.purl, second.name, second.summary) == (
        "pkg:npm/jsonstream",
        "jsonstream",
        "Another",
    )
    assert registries.server.paths() == ["/npm/JSONStream", "/npm/jsonstream"]
    (need,) = first.versions[0].dependencies or ()
    assert need.purl == "pkg:npm/Base64"


@pytest.mark.parametrize(
    "name",
    ["", "..", ".x", "a/b", "@a", "@/b", "@a/b/c", "a b", "a?b", "a%2fb", "a" * 215, "@a/.."],
)
def test_a_name_that_no_package_has_is_not_asked_for(
    name: str, npm: Npm, registries: Registries
) -> None:
    with pytest.raises(PackageMissing):
        npm.package(name)
    assert registries.server.requests == []


@pytest.mark.parametrize(("status", "error"), [(404, PackageMissing), (410, PackageMissing)])
def test_what_is_not_there_is_missing(
    npm: Npm, registries: Registries, status: int, error: type[Exception]
) -> None:
    registries.server.route("npm/demo", {"error": "Not found"}, status=status)
    with pytest.raises(error):
        npm.package("demo")


def test_a_registry_that_fails_is_unavailable(npm: Npm, registries: Registries) -> None:
    registries.serve("npm", {"demo": DEMO})
    registries.server.fault("npm/demo", "status", times=9, code=500)
    with pytest.raises(Unavailable):
        npm.package("demo")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{", "not JSON"),
        (b"[]", "not an object"),
        (packument("other", DEMO), "of another package"),
        ({"name": "demo", "versions": []}, "versions is not an object"),
        ({"name": "demo", "versions": {"1.0.0": 3}}, r"versions\.1\.0\.0 is not an object"),
        ({"name": "demo", "time": {"1.0.0": "soon"}}, r"time\.1\.0\.0 is not a time"),
        (
            {"name": "demo", "versions": {"1.0.0": {"dist": {"unpackedSize": -1}}}},
            r"unpackedSize is not a count",
        ),
        ({"name": "demo", "maintainers": "ann"}, "maintainers is not an array"),
        ({"name": "demo", "versions": {"1.0.0": {"dependencies": 7}}}, "dependencies is not"),
    ],
)
def test_what_is_no_packument_says_what_is_wrong(
    npm: Npm, registries: Registries, body: Any, message: str
) -> None:
    registries.server.route("npm/demo", body)
    with pytest.raises(Malformed, match=message):
        npm.package("demo")
