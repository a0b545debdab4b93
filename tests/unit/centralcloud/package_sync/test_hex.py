"""Packages of hex, from its API."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from apps.centralcloud.package_sync.engine.fetching import Fetcher
from apps.centralcloud.package_sync.engine.hex import Hex
from apps.centralcloud.package_sync.engine.hex.client import MOST_WANTED, package_path
from apps.centralcloud.package_sync.engine.record import (
    DependencyRecord,
    EvidenceKind,
    PackageRecord,
    Scope,
)
from apps.centralcloud.package_sync.engine.registry import Malformed, PackageMissing, Unavailable
from tests.common.registries.fixtures import Registries

EXPLORER = {
    "explorer": {
        "description": "Series and dataframes",
        "licenses": ["Apache 2.0", "MIT"],
        "links": {"Docs": "https://docs.example.org", "GitHub": "https://example.org/explorer"},
        "owners": 3,
        "downloads": {"all": 5_000, "recent": 900},
        "latest_stable_version": "0.10.0",
        "retirements": {
            "0.9.0": {"reason": "security", "message": "reads what it should not"},
            "0.2.0": {"reason": "deprecated", "message": None},
        },
        "releases": {
            "0.2.0": {"inserted_at": "2022-06-01T00:00:00Z"},
            "0.9.0": {"requirements": {"decimal": "~> 2.1"}},
            "0.10.0": {
                "requirements": {
                    "rustler": {"requirement": "~> 0.36", "optional": True},
                    "rustler_precompiled": "~> 0.7",
                    "table": "~> 0.1.2",
                }
            },
            "0.11.0-rc.0": {},
        },
    }
}


@pytest.fixture
def hex_client(registries: Registries, fetcher: Fetcher) -> Hex:
    """A client of the loopback API."""
    return Hex(fetcher, registries.places["hex"])


def _read(client: Hex, name: str, **options: object) -> PackageRecord:
    record = client.package(name, **options)  # type: ignore[arg-type]  # as given by the tests
    assert record is not None
    return record


def test_a_package_is_read_with_its_releases(hex_client: Hex, registries: Registries) -> None:
    registries.serve("hex", EXPLORER)
    record = _read(hex_client, "explorer")
    assert (record.purl, record.namespace, record.name) == ("pkg:hex/explorer", "", "explorer")
    assert [one.version for one in record.versions] == ["0.2.0", "0.9.0", "0.10.0", "0.11.0-rc.0"]
    assert record.latest == "0.10.0"
    assert record.summary == "Series and dataframes"
    assert record.licence == "Apache-2.0 AND MIT"
    assert (record.homepage, record.repository) == ("", "https://example.org/explorer")
    assert (record.maintainers, record.downloads, record.downloads_days) == (3, 900, 90)
    assert record.deprecated == ""


def test_retired_releases_say_why(hex_client: Hex, registries: Registries) -> None:
    registries.serve("hex", EXPLORER)
    old, broken, newest, early = _read(hex_client, "explorer").versions
    assert (broken.yanked, broken.yanked_reason, broken.deprecated) == (
        True,
        "security: reads what it should not",
        "",
    )
    assert (old.yanked, old.deprecated) == (True, "deprecated")
    assert (newest.yanked, newest.licence, newest.licence_text) == (
        False,
        "Apache-2.0 AND MIT",
        "Apache 2.0, MIT",
    )
    assert early.prerelease
    assert old.released_at == datetime(2022, 6, 1, tzinfo=UTC)


def test_requirements_are_read_of_the_latest_release_and_of_those_wanted(
    hex_client: Hex, registries: Registries
) -> None:
    registries.serve("hex", EXPLORER)
    versions = _read(hex_client, "explorer", wanted=["0.9.0", "9.9.9"]).versions
    old, broken, newest, early = (one.dependencies for one in versions)
    assert old is None
    assert early is None
    assert broken == (DependencyRecord("pkg:hex/decimal", "~> 2.1"),)
    assert newest == (
        DependencyRecord("pkg:hex/rustler", "~> 0.36", Scope.OPTIONAL),
        DependencyRecord("pkg:hex/rustler_precompiled", "~> 0.7"),
        DependencyRecord("pkg:hex/table", "~> 0.1.2"),
    )
    assert len(registries.server.requests) == 3


def test_the_languages_come_with_what_says_so(hex_client: Hex, registries: Registries) -> None:
    zig = {"requirements": {"zigler": "~> 0.13"}, "build_tools": ["rebar3", "mix"]}
    c = {"requirements": {"elixir_make": "~> 0.8", "cc_precompiler": "~> 0.1"}}
    registries.serve(
        "hex",
        EXPLORER | {"zap": {"releases": {"1.0.0": zig}}, "exla": {"releases": {"1.0.0": c}}},
    )
    found = {
        name: {
            (one.language, one.evidence, one.detail)
            for one in _read(hex_client, name).implementations
        }
        for name in ("explorer", "zap", "exla")
    }
    mix = ("elixir", EvidenceKind.BUILD_SYSTEM, "mix")
    native = EvidenceKind.NATIVE_CODE
    assert found["explorer"] == {
        mix,
        ("rust", native, "rustler"),
        ("rust", native, "rustler_precompiled"),
    }
    assert found["zap"] == {
        mix,
        ("erlang", EvidenceKind.BUILD_SYSTEM, "rebar3"),
        ("zig", native, "zigler"),
    }
    assert found["exla"] == {mix, ("c", native, "elixir_make"), ("c", native, "cc_precompiler")}


def test_a_package_whose_latest_release_is_given_up_is_deprecated(
    hex_client: Hex, registries: Registries
) -> None:
    retirements = {"1.0.0": {"reason": "renamed", "message": "use other"}}
    registries.serve("hex", {"old": {"releases": {"1.0.0": {}}, "retirements": retirements}})
    assert _read(hex_client, "old").deprecated == "renamed: use other"


def test_the_same_documents_are_read_once(hex_client: Hex, registries: Registries) -> None:
    registries.serve("hex", EXPLORER)
    record = _read(hex_client, "explorer")
    assert hex_client.package("explorer", known=record.digest) is None
    assert [seen.status for seen in registries.server.requests] == [200, 200, 304, 304]
    more = _read(hex_client, "explorer", wanted=["0.9.0"], known=record.digest)
    assert more.digest != record.digest


def test_a_package_of_an_organisation_is_in_its_repository(
    hex_client: Hex, registries: Registries
) -> None:
    needs = {
        "jason": {"requirement": "~> 1.0", "repository": "hexpm"},
        "base": {"requirement": "~> 1.0", "repository": "acme"},
    }
    package = {"organization": "acme", "releases": {"1.0.0": {"requirements": needs}}}
    registries.serve("hex", {"inner": package})
    record = _read(hex_client, "acme/inner")
    assert (record.purl, record.namespace) == ("pkg:hex/acme/inner", "acme")
    assert [need.purl for need in record.versions[0].dependencies or ()] == [
        "pkg:hex/jason",
        "pkg:hex/acme/base",
    ]


@pytest.mark.parametrize("name", ["", "..", "Jason", "a-b", "a/b/c", "a?b", "1a", "../api/x"])
def test_a_name_that_no_package_has_is_not_asked_for(name: str) -> None:
    with pytest.raises(PackageMissing):
        package_path(name)


def test_what_is_not_there_is_missing(hex_client: Hex) -> None:
    with pytest.raises(PackageMissing):
        hex_client.package("nothing")


def test_a_release_that_is_not_there_does_not_make_the_package_missing(
    hex_client: Hex, registries: Registries
) -> None:
    registries.serve("hex", EXPLORER)
    registries.server.withdraw("hex/api/packages/explorer/releases/0.10.0")
    with pytest.raises(Unavailable, match=r"0\.10\.0 is listed and not there"):
        hex_client.package("explorer")


def test_without_a_named_latest_version_the_newest_good_one_is_taken(
    hex_client: Hex, registries: Registries
) -> None:
    releases: dict[str, dict[str, object]] = {"1.0.0": {}, "2.0.0": {}, "1.5.0-rc.1": {}}
    given = {"releases": releases, "retirements": {"2.0.0": {"reason": "invalid"}}}
    registries.serve("hex", {"plain": given})
    document = "hex/api/packages/plain"
    registries.server.route(
        document,
        {
            "name": "plain",
            "releases": [{"version": version} for version in releases],
            "retirements": given["retirements"],
        },
    )
    assert _read(hex_client, "plain").latest == "1.0.0"


def test_a_package_without_a_release_is_kept(hex_client: Hex, registries: Registries) -> None:
    registries.serve("hex", {"empty": {}})
    record = _read(hex_client, "empty")
    assert (record.latest, record.versions, record.implementations) == ("", (), ())


def test_no_more_releases_are_asked_for_than_is_decent(
    hex_client: Hex, registries: Registries
) -> None:
    releases: dict[str, dict[str, object]] = {f"1.{minor}.0": {} for minor in range(150)}
    registries.serve("hex", {"busy": {"releases": releases}})
    versions = _read(hex_client, "busy", wanted=list(releases)).versions
    known = [one.version for one in versions if one.dependencies is not None]
    assert known == [f"1.{minor}.0" for minor in range(50, 150)]
    assert len(registries.server.requests) == MOST_WANTED + 1


def test_an_answer_of_another_package_is_malformed(hex_client: Hex, registries: Registries) -> None:
    registries.server.route("hex/api/packages/one", {"name": "other", "releases": []})
    with pytest.raises(Malformed, match="of another package"):
        hex_client.package("one")
