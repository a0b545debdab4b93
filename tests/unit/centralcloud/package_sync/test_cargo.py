"""Crates, from a sparse index, from an API, and from both."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from apps.centralcloud.package_sync.engine.cargo import Cargo
from apps.centralcloud.package_sync.engine.cargo.index import index_path
from apps.centralcloud.package_sync.engine.fetching import Document, Fetcher
from apps.centralcloud.package_sync.engine.places import Place
from apps.centralcloud.package_sync.engine.record import (
    DependencyRecord,
    EvidenceKind,
    PackageRecord,
    Scope,
)
from apps.centralcloud.package_sync.engine.registry import (
    Malformed,
    PackageMissing,
    Refused,
    Unavailable,
)
from tests.common.registries.fixtures import QUICK, Registries

OPENSSL = {
    "openssl-sys": {
        "description": "FFI bindings to OpenSSL",
        "repository": "https://example.org/openssl",
        "homepage": "javascript:alert(1)",
        "keywords": ["ffi", "tls"],
        "owners": 3,
        "recent_downloads": 500,
        "versions": {
            "0.9.10": {"license": "MIT", "crate_size": 20_000},
            "0.9.9": {"yanked": True, "yank_message": "broken"},
            "0.10.0-beta.1": {},
            "0.9.2": {
                "links": "openssl",
                "license": "MIT/Apache-2.0",
                "deps": {"libc": "^0.2", "cc": {"req": "^1.0", "kind": "build"}},
            },
        },
    }
}


@pytest.fixture
def cargo(registries: Registries, fetcher: Fetcher) -> Cargo:
    """A client of the loopback registry's index and API."""
    return Cargo(fetcher, registries.places["cargo"])


def _read(client: Cargo, name: str, **options: object) -> PackageRecord:
    record = client.package(name, **options)  # type: ignore[arg-type]  # as given by the tests
    assert record is not None
    return record


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("a", "1/a"),
        ("cc", "2/cc"),
        ("syn", "3/s/syn"),
        ("serde", "se/rd/serde"),
        ("Inflector", "in/fl/inflector"),
        ("rand_core", "ra/nd/rand_core"),
    ],
)
def test_a_crate_is_found_where_cargo_looks_for_it(name: str, path: str) -> None:
    assert index_path(name) == path


@pytest.mark.parametrize("name", ["", "../x", "a/b", "a b", "naïve", "a" * 65, "a?b", "a%2e"])
def test_a_name_that_no_crate_has_is_not_asked_for(
    name: str, cargo: Cargo, registries: Registries
) -> None:
    with pytest.raises(PackageMissing):
        cargo.package(name)
    assert registries.server.requests == []


def test_index_and_api_make_one_record(cargo: Cargo, registries: Registries) -> None:
    registries.serve("cargo", OPENSSL)
    record = _read(cargo, "openssl-sys")
    assert (record.purl, record.ecosystem, record.name) == (
        "pkg:cargo/openssl-sys",
        "cargo",
        "openssl-sys",
    )
    assert [one.version for one in record.versions] == [
        "0.9.2",
        "0.9.9",
        "0.9.10",
        "0.10.0-beta.1",
    ]
    assert record.latest == "0.9.10"
    assert record.licence == "MIT"
    assert (record.maintainers, record.downloads, record.downloads_days) == (3, 500, 90)
    assert record.keywords == ("ffi", "tls")
    assert (record.homepage, record.repository) == ("", "https://example.org/openssl")


def test_versions_say_what_became_of_them(cargo: Cargo, registries: Registries) -> None:
    registries.serve("cargo", OPENSSL)
    oldest, yanked, newest, early = _read(cargo, "openssl-sys").versions
    assert oldest.licence == "MIT OR Apache-2.0"
    assert oldest.licence_text == "MIT/Apache-2.0"
    assert oldest.released_at == datetime(2024, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
    assert (yanked.yanked, yanked.yanked_reason) == (True, "broken")
    assert newest.size == 20_000
    assert (early.prerelease, newest.prerelease) == (True, False)
    assert not any(one.withdrawn for one in (oldest, yanked, newest, early))


def test_dependencies_of_all_versions_come_with_the_index(
    cargo: Cargo, registries: Registries
) -> None:
    needs = {
        "libc": {"req": "^0.2", "target": "cfg(unix)"},
        "cc": {"req": "^1.0", "kind": "build"},
        "quickcheck": {"req": "1", "kind": "dev", "optional": True},
        "serde": {"req": "^1", "optional": True},
        "tls": {"req": "^2", "optional": True, "package": "native-tls", "target": "cfg(windows)"},
        "old": {"req": "*", "kind": None},
    }
    features = {"full": ["serde", "native"], "native": ["dep:tls"], "other": ["serde/derive"]}
    versions = {"1.0.0": {"deps": needs, "features2": features, "v": 2}, "1.1.0": {}}
    registries.serve("cargo", {"demo": {"versions": versions}})
    first, second = _read(cargo, "demo").versions
    assert first.dependencies == (
        DependencyRecord("pkg:cargo/libc", "^0.2", Scope.RUNTIME, "cfg(unix)"),
        DependencyRecord("pkg:cargo/cc", "^1.0", Scope.BUILD),
        DependencyRecord("pkg:cargo/quickcheck", "1", Scope.DEV),
        DependencyRecord("pkg:cargo/serde", "^1", Scope.OPTIONAL, 'feature = "full"'),
        DependencyRecord(
            "pkg:cargo/native-tls", "^2", Scope.OPTIONAL, 'cfg(windows) and feature = "native"'
        ),
        DependencyRecord("pkg:cargo/old", "*", Scope.RUNTIME),
    )
    assert second.dependencies == ()


def test_the_languages_come_with_what_says_so(cargo: Cargo, registries: Registries) -> None:
    lines = {"languages": {"Rust": {"code_lines": 9}, "C": {"code_lines": 70, "files": 1}}}
    version = OPENSSL["openssl-sys"]["versions"]["0.9.2"] | {  # type: ignore[index]
        "linecounts": lines,
        "bin_names": ["check"],
    }
    registries.serve("cargo", {"openssl-sys": {"versions": {"0.9.2": version}}})
    found = {
        (one.language, one.evidence, one.detail)
        for one in _read(cargo, "openssl-sys").implementations
    }
    assert found == {
        ("rust", EvidenceKind.REGISTRY, "cargo"),
        ("rust", EvidenceKind.CRATE_KIND, "library"),
        ("rust", EvidenceKind.CRATE_KIND, "program check"),
        ("c", EvidenceKind.NATIVE_CODE, "named openssl-sys"),
        ("c", EvidenceKind.NATIVE_CODE, 'links = "openssl"'),
        ("c", EvidenceKind.NATIVE_CODE, "files of C"),
        ("c", EvidenceKind.BUILD_SYSTEM, "cc"),
    }


def test_a_procedural_macro_is_told_by_what_it_is_written_with(
    cargo: Cargo, registries: Registries
) -> None:
    macro = {"deps": {"syn": "^2", "quote": "^1", "proc-macro2": "^1"}}
    tool = {"deps": {"syn": "^2", "quote": {"req": "^1", "kind": "dev"}}}
    registries.serve(
        "cargo", {"derive": {"versions": {"1.0.0": macro}}, "tool": {"versions": {"1.0.0": tool}}}
    )
    kinds = {
        name: [
            one.detail
            for one in _read(cargo, name).implementations
            if one.evidence is EvidenceKind.CRATE_KIND
        ]
        for name in ("derive", "tool")
    }
    assert kinds == {
        "derive": ["library", "procedural macro, by proc-macro2, quote, syn"],
        "tool": ["library"],
    }


def test_the_index_alone_is_enough(registries: Registries, fetcher: Fetcher) -> None:
    crate = OPENSSL["openssl-sys"] | {"api": False}
    registries.serve("cargo", {"openssl-sys": crate})
    place = replace(registries.places["cargo"], api="")
    record = _read(Cargo(fetcher, place), "openssl-sys")
    assert record.latest == "0.9.10"
    assert record.versions[0].dependencies
    assert (record.maintainers, record.downloads, record.summary) == (None, None, "")
    assert {one.language for one in record.implementations} == {"c", "rust"}


def test_the_index_tells_when_versions_were_published(
    registries: Registries, fetcher: Fetcher
) -> None:
    versions = {"1.0.0": {"pubtime": "2025-11-12T19:30:12Z"}}
    registries.serve("cargo", {"demo": {"versions": versions, "api": False}})
    (version,) = _read(Cargo(fetcher, registries.places["cargo"]), "demo").versions
    assert version.released_at == datetime(2025, 11, 12, 19, 30, 12, tzinfo=UTC)


def test_the_index_names_the_api(registries: Registries, fetcher: Fetcher) -> None:
    registries.serve("cargo", {})
    config = {"dl": "unused", "api": f"{registries.server.url}cargo/"}
    registries.serve("cargo", OPENSSL)
    registries.server.route("cargo/index/config.json", config)
    server = registries.server
    server.route("cargo/api/v1/crates/openssl-sys", status=404)
    place = replace(registries.places["cargo"], api="")
    assert _read(Cargo(fetcher, place), "openssl-sys").maintainers is None
    assert "/cargo/api/v1/crates/openssl-sys" in server.paths()


def test_a_registry_without_a_configuration_has_no_api(
    registries: Registries, fetcher: Fetcher
) -> None:
    registries.serve("cargo", OPENSSL)
    registries.server.withdraw("cargo/index/config.json")
    place = replace(registries.places["cargo"], api="")
    assert _read(Cargo(fetcher, place), "openssl-sys").downloads is None


def test_the_api_alone_is_enough(registries: Registries, fetcher: Fetcher) -> None:
    registries.serve("cargo", OPENSSL)
    place = replace(registries.places["cargo"], url="")
    record = _read(Cargo(fetcher, place), "openssl-sys", wanted=["0.9.2", "7.7.7"])
    known = {one.version: one.dependencies for one in record.versions}
    assert known["0.9.10"] == ()
    assert known["0.9.9"] is None
    assert known["0.9.2"] == (
        DependencyRecord("pkg:cargo/libc", "^0.2", Scope.RUNTIME),
        DependencyRecord("pkg:cargo/cc", "^1.0", Scope.BUILD),
    )
    assert record.versions[1].yanked
    assert not any("index" in path for path in registries.server.paths())


def test_the_same_documents_are_read_once(cargo: Cargo, registries: Registries) -> None:
    registries.serve("cargo", OPENSSL)
    record = _read(cargo, "openssl-sys")
    assert cargo.package("openssl-sys", known=record.digest) is None
    assert [seen.status for seen in registries.server.requests][-3:] == [304, 304, 304]
    changed = OPENSSL["openssl-sys"] | {"owners": 4}
    registries.serve("cargo", {"openssl-sys": changed})
    again = _read(cargo, "openssl-sys", known=record.digest)
    assert (again.maintainers, again.digest != record.digest) == (4, True)


def test_without_an_index_the_versions_asked_for_count_too(
    registries: Registries, fetcher: Fetcher
) -> None:
    registries.serve("cargo", OPENSSL)
    client = Cargo(fetcher, replace(registries.places["cargo"], url=""))
    known = _read(client, "openssl-sys").digest
    assert client.package("openssl-sys", known=known) is None
    assert client.package("openssl-sys", wanted=["0.9.2"], known=known) is not None


def test_a_crate_that_is_not_there_is_missing(cargo: Cargo, registries: Registries) -> None:
    registries.serve("cargo", {})
    with pytest.raises(PackageMissing):
        cargo.package("nothing")
    assert registries.server.paths() == ["/cargo/index/no/th/nothing"]


def test_without_an_index_a_crate_that_is_not_there_is_missing(
    registries: Registries, fetcher: Fetcher
) -> None:
    client = Cargo(fetcher, replace(registries.places["cargo"], url=""))
    with pytest.raises(PackageMissing):
        client.package("nothing")


def test_an_index_in_git_is_not_asked(fetcher: Fetcher) -> None:
    with pytest.raises(Refused):
        Cargo(fetcher, Place("cargo", "git+https://example.org/index", private=True)).package("a")


def test_the_newest_version_is_named_by_the_api_unless_it_is_yanked(
    cargo: Cargo, registries: Registries
) -> None:
    versions: dict[str, dict[str, object]] = {"1.0.0": {}, "2.0.0": {}, "3.0.0": {"yanked": True}}
    registries.serve("cargo", {"demo": {"versions": versions, "default_version": "1.0.0"}})
    assert _read(cargo, "demo").latest == "1.0.0"
    registries.serve("cargo", {"demo": {"versions": versions, "default_version": "3.0.0"}})
    assert _read(cargo, "demo").latest == "2.0.0"


def test_a_crate_of_which_all_is_yanked_has_no_latest_version(
    cargo: Cargo, registries: Registries
) -> None:
    registries.serve("cargo", {"demo": {"versions": {"1.0.0": {"yanked": True}}}})
    record = _read(cargo, "demo")
    assert (record.latest, len(record.versions)) == ("", 1)


def test_lines_of_a_newer_schema_are_left_out_as_cargo_does(
    cargo: Cargo, registries: Registries
) -> None:
    registries.serve("cargo", {"demo": {"versions": {"1.0.0": {}, "2.0.0": {"v": 3}}}})
    assert [one.version for one in _read(cargo, "demo").versions] == ["1.0.0"]


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("status", {"code": 403}),
        ("malformed", {"body": b"<html>not here</html>"}),
        ("malformed", {"body": b"[]"}),
    ],
)
def test_a_company_registry_need_not_have_the_api(
    cargo: Cargo, registries: Registries, kind: str, options: dict[str, object]
) -> None:
    registries.serve("cargo", OPENSSL)
    registries.server.fault("cargo/api/v1/crates/openssl-sys", kind, times=9, **options)
    assert _read(cargo, "openssl-sys").maintainers is None


def test_an_api_that_fails_does_not_take_back_what_it_said(
    cargo: Cargo, registries: Registries
) -> None:
    registries.serve("cargo", OPENSSL)
    registries.server.fault("cargo/api/v1/crates/openssl-sys", "status", times=9, code=503)
    with pytest.raises(Unavailable):
        cargo.package("openssl-sys")


def test_an_answer_of_another_crate_is_malformed(cargo: Cargo, registries: Registries) -> None:
    registries.serve("cargo", {"demo": {"versions": {"1.0.0": {}}}})
    registries.server.route("cargo/index/ot/he/other", '{"name": "demo", "vers": "1.0.0"}')
    with pytest.raises(Malformed, match="line 1 of the index is of another crate"):
        cargo.package("other")


def test_a_crate_is_the_same_in_any_case(cargo: Cargo, registries: Registries) -> None:
    registries.serve("cargo", {"Inflector": {"versions": {"1.0.0": {}}, "api": False}})
    assert _read(cargo, "inflector").latest == "1.0.0"


def test_a_version_that_is_not_there_does_not_make_the_crate_missing(
    registries: Registries, fetcher: Fetcher
) -> None:
    registries.serve("cargo", OPENSSL)
    registries.server.withdraw("cargo/api/v1/crates/openssl-sys/0.9.10/dependencies")
    client = Cargo(fetcher, replace(registries.places["cargo"], url=""))
    with pytest.raises(Unavailable, match=r"0\.9\.10 is listed and not there"):
        client.package("openssl-sys")


class _Open(Fetcher):
    """Reaches a public place on this machine, which a fetcher refuses."""

    def get(self, place: Place, *arguments: Any, **options: Any) -> Document:
        """As of a private place."""
        return super().get(replace(place, private=True), *arguments, **options)


@pytest.mark.parametrize(("code", "body"), [(403, b""), (200, b"<html>")])
def test_the_public_registry_has_its_api_or_the_crate_is_not_read(
    registries: Registries, tmp_path: Path, code: int, body: bytes
) -> None:
    registries.serve("cargo", OPENSSL)
    registries.server.route("cargo/api/v1/crates/openssl-sys", body, status=code)
    with _Open(tmp_path / "open", limits=QUICK) as fetcher:
        public = replace(registries.places["cargo"], private=False)
        with pytest.raises(Refused if code == 403 else Malformed):
            Cargo(fetcher, public).package("openssl-sys")
