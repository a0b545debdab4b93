"""Whatever a registry sends makes a record that can be kept, or one line that says why not.

Real documents with one thing wrong go through all that reads them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.centralcloud.package_sync.engine.cargo.api import crate_read, owners_read
from apps.centralcloud.package_sync.engine.cargo.assembling import record_assemble as crate_record
from apps.centralcloud.package_sync.engine.cargo.index import index_read
from apps.centralcloud.package_sync.engine.cargo.model import Crate
from apps.centralcloud.package_sync.engine.hex.assembling import record_assemble as hex_record
from apps.centralcloud.package_sync.engine.hex.documents import package_read, release_read
from apps.centralcloud.package_sync.engine.reading import Part
from apps.centralcloud.package_sync.engine.record import PackageRecord
from apps.centralcloud.package_sync.engine.registry import Malformed, RegistryError, TooLarge
from apps.shared.packages.names import purl_split
from tests.common.registries.cargo import crate_document, index_lines
from tests.common.registries.hex import package_document, release_document
from tests.common.registries.mutating import mutated

CRATE = {
    "description": "Bindings",
    "repository": "https://example.org/demo",
    "keywords": ["ffi"],
    "default_version": "1.0.0",
    "versions": {
        "1.0.0": {
            "deps": {"libc": "^0.2", "tls": {"req": "1", "optional": True, "package": "native"}},
            "features": {"tls": ["dep:tls"]},
            "features2": {"full": ["tls"]},
            "links": "demo",
            "license": "MIT",
            "pubtime": "2025-01-01T00:00:00Z",
            "linecounts": {"languages": {"C": {"code_lines": 3}}},
            "bin_names": ["demo"],
        },
        "0.1.0": {"yanked": True, "yank_message": "broken"},
    },
}
PACKAGE = {
    "description": "Words",
    "licenses": ["MIT"],
    "links": {"GitHub": "https://example.org/demo"},
    "retirements": {"0.1.0": {"reason": "security", "message": "old"}},
    "releases": {
        "0.1.0": {},
        "1.0.0": {"requirements": {"jason": {"requirement": "~> 1.0", "repository": "acme"}}},
    },
}
ENTRIES = [json.loads(line) for line in index_lines("demo", CRATE).splitlines()]
API = crate_document("demo", CRATE)
OWNERS = {"users": [{"id": 1, "login": "owner"}]}
HEX = package_document("demo", PACKAGE)
RELEASE = release_document("demo", "1.0.0", PACKAGE["releases"]["1.0.0"])  # type: ignore[index]


def _of_crate(entries: Any, api: Any, owners: Any) -> PackageRecord:
    lines = "\n".join(map(json.dumps, entries)) if isinstance(entries, list) else "{}"
    return crate_record(
        "demo",
        index_read("demo", lines.encode()),
        crate_read("demo", Part.of(api, "")),
        maintainers=owners_read(Part.of(owners, "")),
        digest="",
    )


def _of_hex(package: Any, release: Any) -> PackageRecord:
    read = package_read("demo", Part.of(package, ""))
    return hex_record(
        "demo", read, {"1.0.0": release_read("1.0.0", Part.of(release, ""))}, digest=""
    )


def _texts(record: PackageRecord) -> Iterator[str]:
    yield from (record.summary, record.homepage, record.repository, record.deprecated)
    yield from record.keywords
    for one in record.implementations:
        yield from (one.language, one.detail)
    for version in record.versions:
        yield from (version.version, version.yanked_reason, version.licence_text)
        for need in version.dependencies or ():
            yield from (need.purl, need.requirement, need.marker)


def _check(record: PackageRecord) -> None:
    versions = [version.version for version in record.versions]
    assert len(set(versions)) == len(versions)
    assert not record.latest or record.latest in versions
    for text in _texts(record):
        assert "\0" not in text
        assert len(text.encode().decode()) <= 2_400
    for version in record.versions:
        assert len(version.version) <= 100
        assert version.size is None or 0 <= version.size < 2**63
        for need in version.dependencies or ():
            assert purl_split(need.purl)[2]


def _outcome(read: Any, *documents: Any) -> PackageRecord | RegistryError:
    try:
        record: PackageRecord = read(*documents)
    except RegistryError as error:
        return error
    return record


def _read_or_named(read: Any, *documents: Any) -> None:
    outcome = _outcome(read, *documents)
    if isinstance(outcome, PackageRecord):
        _check(outcome)
        return
    assert isinstance(outcome, Malformed | TooLarge)
    assert 0 < len(str(outcome)) <= 300
    assert str(outcome).isprintable()


def _truncated(at: int) -> bytes:
    return index_lines("demo", CRATE).encode()[:at]


def test_the_documents_themselves_are_read() -> None:
    crate = _of_crate(ENTRIES, API, OWNERS)
    _check(crate)
    assert [version.version for version in crate.versions] == ["0.1.0", "1.0.0"]
    package = _of_hex(HEX, RELEASE)
    _check(package)
    assert package.versions[1].dependencies


@given(mutated(ENTRIES))
def test_an_index_with_one_thing_wrong(entries: Any) -> None:
    _read_or_named(_of_crate, entries, API, OWNERS)


@given(mutated(API), mutated(OWNERS))
def test_an_api_of_crates_with_one_thing_wrong(api: Any, owners: Any) -> None:
    _read_or_named(_of_crate, ENTRIES, api, owners)


@given(mutated(HEX))
def test_a_package_of_hex_with_one_thing_wrong(package: Any) -> None:
    _read_or_named(_of_hex, package, RELEASE)


@given(mutated(RELEASE))
def test_a_release_of_hex_with_one_thing_wrong(release: Any) -> None:
    _read_or_named(_of_hex, HEX, release)


@given(st.binary(max_size=200) | st.integers(0, 900).map(_truncated))
def test_an_index_that_is_cut_off_or_noise(body: bytes) -> None:
    def read(lines: bytes) -> PackageRecord:
        found = index_read("demo", lines)
        return crate_record("demo", found, Crate(), maintainers=None, digest="")

    _read_or_named(read, body)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("crate", "name"), 1, "crate.name is not a text"),
        (("versions", 0, "num"), "", r"versions\[0\].num is not a name"),
        (("versions", 1, "created_at"), "soon", r"versions\[1\].created_at is not a time"),
        (("versions",), {}, "versions is not an array"),
        (("crate", "recent_downloads"), "many", "crate.recent_downloads is not a count"),
    ],
)
def test_what_is_wrong_is_named(path: tuple[Any, ...], value: Any, message: str) -> None:
    api = json.loads(json.dumps(API))
    place = api
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(Malformed, match=message):
        crate_read("demo", Part.of(api, ""))


@pytest.mark.parametrize("many", [20_001])
def test_more_versions_than_are_kept_are_too_many(many: int) -> None:
    line = '{{"name": "demo", "vers": "1.0.{}"}}\n'
    body = "".join(line.format(number) for number in range(many)).encode()
    with pytest.raises(TooLarge, match="20,000 versions"):
        index_read("demo", body)
    releases = [{"version": f"1.0.{number}"} for number in range(many)]
    with pytest.raises(TooLarge, match="20,000 releases"):
        package_read("demo", Part.of({"name": "demo", "releases": releases}, ""))


def test_names_of_features_are_kept_without_what_cannot_be() -> None:
    need = {"name": "serde", "req": "1", "optional": True}
    entry = {"name": "demo", "vers": "1.0.0", "deps": [need], "features": {"a\0b": ["serde"]}}
    (release,) = index_read("demo", json.dumps(entry).encode()).values()
    assert [one.marker for one in release.needs or ()] == ['feature = "ab"']


@pytest.mark.parametrize("name", ["/", "a/b", "a b", "@a"])
def test_a_dependency_has_the_name_of_a_crate(name: str) -> None:
    entry = {"name": "demo", "vers": "1.0.0", "deps": [{"name": name, "req": "1"}]}
    with pytest.raises(Malformed, match=r"deps\[0\] has a name that no crate has"):
        index_read("demo", json.dumps(entry).encode())
