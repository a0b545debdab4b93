"""What an npm manifest says of languages, of its repository, and what garbage in one does."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.centralcloud.package_sync.engine.npm.authored import repository_address
from apps.centralcloud.package_sync.engine.npm.evidence import package_implementations
from apps.centralcloud.package_sync.engine.npm.packument import Packument, record_assemble
from apps.centralcloud.package_sync.engine.reading import Part
from apps.centralcloud.package_sync.engine.record import PackageRecord
from apps.centralcloud.package_sync.engine.registry import Malformed
from tests.common.registries.garbage import mutated
from tests.common.registries.npm import packument


@pytest.mark.parametrize(
    ("manifest", "found"),
    [
        ({}, set()),
        ({"devDependencies": {"typescript": "^5"}}, {("typescript", "build_system", "typescript")}),
        ({"types": "a.d.ts"}, {("typescript", "build_system", "types: a.d.ts")}),
        ({"gypfile": True}, {("cpp", "native_code", "gypfile")}),
        ({"gypfile": False}, set()),
        (
            {"dependencies": {"nan": "2"}, "scripts": {"install": "node-gyp rebuild"}},
            {("cpp", "build_system", "nan"), ("cpp", "native_code", "node-gyp")},
        ),
        ({"scripts": {"test": "node-gyp rebuild"}}, set()),
        ({"binary": {"module_name": "demo"}}, {("cpp", "native_code", "binary: demo")}),
        (
            {"napi": {"name": "demo"}, "devDependencies": {"@napi-rs/cli": "3"}},
            {("rust", "build_system", "napi"), ("rust", "build_system", "@napi-rs/cli")},
        ),
        (
            {"optionalDependencies": {"@demo/core-linux-x64-gnu": "1"}},
            {("rust", "native_code", "@demo/core-linux-x64-gnu")},
        ),
        ({"optionalDependencies": {"@demo/core-linux-x64": "1", "fsevents": "2"}}, set()),
        (
            {"optionalDependencies": {"@demo/linux-x64": "1"}, "keywords": ["Rust", "fast"]},
            {("rust", "keyword", "Rust")},
        ),
        ({"keywords": ["rust", "c++"]}, set()),
        (
            {"files": ["demo_bg.wasm", "demo.js"], "main": "demo.js"},
            {("rust", "native_code", "demo_bg.wasm")},
        ),
    ],
)
def test_a_manifest_tells_languages_with_what_says_so(
    manifest: dict[str, Any], found: set[tuple[str, str, str]]
) -> None:
    told = {
        (one.language, one.evidence.value, one.detail)
        for one in package_implementations(Part.of(manifest, ""))
    }
    assert told == found | {("javascript", "registry", "npm")}


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("git+https://git.example.org/a/b.git", "https://git.example.org/a/b"),
        ("git://git.example.org/a/b.git#main", "https://git.example.org/a/b"),
        ("git+ssh://git@git.example.org/a/b.git", "https://git.example.org/a/b"),
        ("ssh://git@git.example.org/a/b.git", "https://git.example.org/a/b"),
        ("git@git.example.org:a/b.git", "https://git.example.org/a/b"),
        ("https://git.example.org/a/b/", "https://git.example.org/a/b"),
        ("a/b", "https://github.com/a/b"),
        ("github:a/b#main", "https://github.com/a/b"),
        ("gitlab:a/b", "https://gitlab.com/a/b"),
        ("https://user:secret@git.example.org/a/b", ""),
        ("javascript:alert(1)", ""),
        ("demo", ""),
        ("", ""),
    ],
)
def test_repositories_become_addresses_that_people_can_open(written: str, address: str) -> None:
    assert repository_address(written) == address


WHOLE = packument(
    "demo",
    {
        "description": "Demo",
        "keywords": ["a"],
        "gone": {"0.9.0": "2023-01-01T00:00:00.000Z"},
        "versions": {
            "1.0.0": {
                "license": "MIT",
                "repository": {"url": "git+https://git.example.org/a/b.git"},
                "dependencies": {"ms": "^2"},
                "optionalDependencies": {"x-linux-x64-gnu": "1"},
                "peerDependencies": {"react": "*"},
                "peerDependenciesMeta": {"react": {"optional": True}},
                "scripts": {"install": "node-gyp rebuild"},
                "binary": {"module_name": "demo"},
                "deprecated": "no",
                "files": ["a.js"],
            }
        },
    },
)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_garbage_anywhere_makes_a_record_or_says_what_is_wrong(data: st.DataObject) -> None:
    document = mutated(data, copy.deepcopy(WHOLE))
    try:
        packed = Packument.of("demo", Part.of(document, ""))
        record = record_assemble(packed, packed.manifest, downloads=None, days=0, digest="d")
    except Malformed:
        return
    _kept(record)


def _kept(record: PackageRecord) -> None:
    """What comes out is of the types and within the bounds that the record promises."""
    texts = [record.summary, record.licence, record.deprecated, *record.keywords, record.repository]
    texts += [one.detail for one in record.implementations]
    texts += [text for one in record.versions for text in (one.deprecated, one.licence_text)]
    assert all(isinstance(text, str) and "\0" not in text for text in texts)
    assert all(len(text) <= 2_000 for text in texts)
    assert all(0 < len(one.version) <= 100 for one in record.versions)
    assert record.latest in {one.version for one in record.versions} | {""}
