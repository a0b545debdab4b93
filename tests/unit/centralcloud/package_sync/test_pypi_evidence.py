"""What Python packages are written in, what their files are called, and what garbage does."""

from __future__ import annotations

import copy
import gzip
import io
import json
import tarfile
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.centralcloud.package_sync.engine.fetching import Document, Fetcher
from apps.centralcloud.package_sync.engine.pypi import PyPI, building
from apps.centralcloud.package_sync.engine.pypi.advising import advisories_of
from apps.centralcloud.package_sync.engine.pypi.api import project_read
from apps.centralcloud.package_sync.engine.pypi.assembling import (
    Project,
    homepage_of,
    licence_of,
    repository_of,
)
from apps.centralcloud.package_sync.engine.pypi.building import build_tools
from apps.centralcloud.package_sync.engine.pypi.evidence import project_implementations
from apps.centralcloud.package_sync.engine.pypi.metadata import metadata_read
from apps.centralcloud.package_sync.engine.pypi.model import File, Listing
from apps.centralcloud.package_sync.engine.pypi.naming import file_read, version_same
from apps.centralcloud.package_sync.engine.pypi.simple import listing_read
from apps.centralcloud.package_sync.engine.reading import Part
from apps.centralcloud.package_sync.engine.registry import Malformed
from tests.common.registries.fixtures import Registries, places_of
from tests.common.registries.garbage import mutated
from tests.common.registries.pypi import (
    JSON_TYPE,
    core_metadata,
    project_document,
    simple_document,
    source,
)

LINUX = "cp311-cp311-manylinux_2_17_x86_64"
PROGRAM = "py3-none-manylinux_2_17_x86_64"
RUST = "Programming Language :: Rust"


@pytest.mark.parametrize(
    ("version", "found"),
    [
        ({}, set()),
        ({"info": {"classifiers": [RUST]}}, {("rust", "classifier", RUST)}),
        (
            {"wheels": [LINUX], "build": ["maturin>=1,<2"]},
            {
                ("rust", "build_system", "maturin"),
                ("rust", "native_code", f"wheels such as {LINUX}"),
            },
        ),
        (
            {"wheels": [LINUX], "info": {"classifiers": [RUST]}, "build": ["cython"]},
            {("rust", "classifier", RUST), ("rust", "native_code", f"wheels such as {LINUX}")},
        ),
        ({"wheels": [LINUX]}, {("c", "native_code", f"wheels such as {LINUX}")}),
        ({"wheels": [PROGRAM]}, set()),
        ({"wheels": [PROGRAM], "sdist": False}, set()),
        (
            {"wheels": [LINUX], "requires": ["cffi>=1"], "sdist": False},
            {("c", "build_system", "cffi"), ("c", "native_code", f"wheels such as {LINUX}")},
        ),
        ({"build": ["maturin"], "requires": ["cffi"]}, set()),
    ],
)
def test_languages_come_with_what_says_so(
    registries: Registries,
    fetcher: Fetcher,
    version: dict[str, Any],
    found: set[tuple[str, str, str]],
) -> None:
    registries.serve("pypi", {"demo": {"versions": {"1.0": version}}})
    record = PyPI(fetcher, registries.places["pypi"]).package("demo")
    assert record is not None
    told = {(one.language, one.evidence.value, one.detail) for one in record.implementations}
    assert told == found | {("python", "registry", "pypi")}


def test_a_source_distribution_is_only_fetched_where_nothing_else_tells(
    registries: Registries, fetcher: Fetcher
) -> None:
    large = {"wheels": [LINUX], "build": ["maturin"], "size": 5 * 1024**2}
    known = {"wheels": [LINUX], "info": {"classifiers": [RUST]}}
    for name, version in {"pure": {}, "known": known, "large": large}.items():
        registries.serve("pypi", {name: {"versions": {"1.0": version}}})
        PyPI(fetcher, registries.places["pypi"]).package(name)
    assert not [path for path in registries.server.paths() if path.endswith(".tar.gz")]


def test_a_source_distribution_that_is_larger_than_it_should_be_tells_nothing(
    registries: Registries, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = {"wheels": [LINUX], "build": ["maturin"]}
    registries.serve("pypi", {"demo": {"versions": {"1.0": version}, "html": True, "api": False}})
    client = PyPI(fetcher, registries.places["pypi"])

    def languages() -> set[str]:
        record = client.package("demo")
        return {one.language for one in record.implementations} if record else set()

    monkeypatch.setattr("apps.centralcloud.package_sync.engine.pypi.client.LARGEST_SOURCE", 50)
    assert languages() == {"python", "c"}, "its page says no size"
    monkeypatch.undo()
    assert languages() == {"python", "rust"}


def test_files_on_a_host_that_may_not_be_asked_leave_the_rest(
    registries: Registries, fetcher: Fetcher
) -> None:
    registries.serve("pypi", {"demo": {"versions": {"1.0": {"wheels": [LINUX]}}}})
    inside = f"http://localhost:{registries.server.port}/secret"
    for name in (f"demo-1.0-{LINUX}.whl.metadata", "demo-1.0.tar.gz"):
        registries.server.fault(f"pypi/files/{name}", "redirect", times=9, to=inside)
    record = PyPI(fetcher, places_of(registries.server, private=False)["pypi"]).package("demo")
    assert record is not None
    assert record.versions[0].dependencies == ()
    assert [path for path in registries.server.paths() if "demo-1.0.tar.gz" in path]
    assert "/secret" not in registries.server.paths()


@pytest.mark.parametrize(
    "archive",
    [
        b"",
        b"no archive",
        gzip.compress(b"no tar"),
        gzip.compress(b"\0" * 70 * 1024**2),
        source("demo-1.0", {"build": ["maturin"] * 50_000})[:400],
        source("demo-1.0", {}),
    ],
    ids=["nothing", "no archive", "no tar", "a bomb", "cut off", "no build system"],
)
def test_an_archive_that_cannot_be_read_tells_nothing(archive: bytes) -> None:
    assert build_tools(archive) == ()


@pytest.mark.parametrize("name", ["demo-1.0/data", "demo-1.0/pyproject.toml"])
def test_an_archive_of_impossible_sizes_tells_nothing(name: str) -> None:
    member = tarfile.TarInfo(name)
    member.size = 2**70
    header = member.tobuf(tarfile.GNU_FORMAT)
    assert build_tools(gzip.compress(header + bytes(1024))) == ()


def _packed(*members: tuple[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, body in members:
            member = tarfile.TarInfo(name)
            member.size = len(body)
            archive.addfile(member, io.BytesIO(body))
    return packed.getvalue()


def test_an_archive_is_only_unpacked_and_read_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    project = ("demo-1.0/pyproject.toml", b'[build-system]\nrequires = ["maturin"]\n')
    large = ("demo-1.0/data", bytes(100_000))
    tail = ("demo-1.0/pyproject.toml", b"#" * 5_000 + b"\n" + project[1])
    archives = [_packed(large, project), _packed(tail), _packed(project, large)]
    assert [build_tools(archive) for archive in archives] == [("maturin",)] * 3
    monkeypatch.setattr(building, "_LARGEST_UNPACKED", 50_000)
    monkeypatch.setattr(building, "_LARGEST_FILE", 5_000)
    assert [build_tools(archive) for archive in archives] == [(), (), ("maturin",)]


def test_a_project_file_that_is_none_is_not_followed() -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        link = tarfile.TarInfo("demo-1.0/pyproject.toml")
        link.type, link.linkname = tarfile.SYMTYPE, "../../elsewhere"
        archive.addfile(link)
    assert build_tools(packed.getvalue()) == ()


@pytest.mark.parametrize(
    "text", ["[build-system]\nrequires = 3", "build-system = 1", "[[[", "a = 'b'", "\udcff"]
)
def test_a_project_file_that_says_nothing_of_tools(text: str) -> None:
    body = text.encode(errors="surrogateescape")
    assert build_tools(_packed(("demo-1.0/pyproject.toml", body))) == ()


@pytest.mark.parametrize(
    ("filename", "version", "tags"),
    [
        ("demo-1.0-py2.py3-none-any.whl", "1.0", ("py2-none-any", "py3-none-any")),
        ("demo_two-1.0.tar.gz", "1.0", ()),
        ("demo-two-1.0rc1.zip", "1.0rc1", ()),
        ("demo-1.0.tar.bz2", "1.0", ()),
        ("demo-1.0-py2.7.egg", "1.0", ()),
        ("demo-1.0.win32-py2.7.exe", "1.0.win32", ()),
        ("demo-x-y.whl", "", ()),
        ("README", "", ()),
    ],
)
def test_file_names_say_version_and_tags(
    filename: str, version: str, tags: tuple[str, ...]
) -> None:
    assert file_read(filename) == (version, tags)


def test_versions_that_are_written_differently_are_the_same() -> None:
    assert version_same("1.0-beta.1") == version_same("1.0b1") == version_same("1.0.0b1")
    assert version_same("1.0") != version_same("1.0.1")


GIVEN: dict[str, Any] = {
    "owners": ["ann"],
    "status": "archived",
    "info": {
        "keywords": "a, b",
        "license": "MIT",
        "classifiers": [RUST],
        "project_urls": {"Source": "https://git.example.org/a"},
    },
    "versions": {
        "1.0": {
            "requires": ["six>=1; extra == 'x'"],
            "wheels": [LINUX],
            "yanked": "no",
            "vulnerabilities": [{"fixed_in": ["1.1"], "aliases": ["CVE-2024-1"]}],
        },
        "1.1": {},
    },
}


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_garbage_anywhere_is_read_or_says_what_is_wrong(data: st.DataObject) -> None:
    page = copy.deepcopy(simple_document("demo", GIVEN))
    answer = copy.deepcopy(project_document("demo", "1.0", GIVEN, whole=True))
    if data.draw(st.booleans()):
        page = mutated(data, page)
    else:
        answer = mutated(data, answer)
    try:
        _assembled(page, answer)
    except Malformed:
        return


@pytest.mark.parametrize(
    ("said", "yanked", "reason"),
    [
        ({"yanked": "broken"}, True, "broken"),
        ({"yanked": True}, True, ""),
        ({"yanked": ""}, False, ""),
        ({"yanked": False}, False, ""),
        ({}, False, ""),
        (" data-yanked", True, ""),
        (' data-yanked=""', True, ""),
        (' data-yanked="broken &amp; gone"', True, "broken & gone"),
        ("", False, ""),
    ],
)
def test_a_file_is_yanked_as_installers_take_it(said: Any, yanked: bool, reason: str) -> None:
    (file,) = _listed(said).files
    assert (file.yanked, file.yanked_reason) == (yanked, reason)


@pytest.mark.parametrize(
    ("said", "metadata"),
    [
        ({"core-metadata": {"sha256": "ab"}}, "ab"),
        ({"core-metadata": True}, ""),
        ({"core-metadata": False, "dist-info-metadata": True}, ""),
        ({"dist-info-metadata": {"sha256": "cd"}}, "cd"),
        ({"core-metadata": False}, None),
        ({}, None),
        (' data-core-metadata="sha256=ab"', "ab"),
        (' data-core-metadata="true"', ""),
        (' data-dist-info-metadata="sha256=cd"', "cd"),
        (' data-core-metadata="false"', None),
        ("", None),
    ],
)
def test_a_file_says_whether_its_core_metadata_is_beside_it(
    said: Any, metadata: str | None
) -> None:
    assert _listed(said).files[0].metadata == metadata


def _listed(said: Any) -> Listing:
    """A page of one file: in JSON, or in HTML with these attributes."""
    if isinstance(said, str):
        page = f'<a href="../demo-1.0.tar.gz"{said}>demo-1.0.tar.gz</a>'
        return listing_read("demo", _document(page.encode(), "text/html"))
    page = json.dumps({"files": [{"filename": "demo-1.0.tar.gz", "url": "x", **said}]})
    return listing_read("demo", _document(page.encode(), JSON_TYPE))


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_pages_of_any_text_are_read(data: st.DataObject) -> None:
    pieces = st.sampled_from(
        ['<a href="', "demo-1.0.tar.gz", '">', "</a>", "<a", "<!--", "&#0;", "data-yanked", "="]
    )
    text = "".join(data.draw(st.lists(pieces | st.text(max_size=5), max_size=12)))
    try:
        listing = listing_read("demo", _document(text.encode(errors="replace"), "text/html"))
    except Malformed:
        return
    assert all("\0" not in file.name for file in listing.files)


def test_core_metadata_is_of_its_version_and_what_the_index_gave_the_digest_of() -> None:
    body = core_metadata("demo", "1.0", GIVEN["versions"]["1.0"], GIVEN)
    digest = sha256(body).hexdigest()
    for version, given_digest in (("1.0", ""), ("1.0.0", digest.upper())):
        assert metadata_read(body, version=version, digest=given_digest).classifiers == (RUST,)
    with pytest.raises(Malformed, match="of another version"):
        metadata_read(body, version="1.1")
    with pytest.raises(Malformed, match="the digest"):
        metadata_read(body + b"\n", version="1.0", digest=digest)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 400), st.integers(0, 60))
def test_core_metadata_of_any_bytes_is_read_or_malformed(
    junk: bytes, place: int, dropped: int
) -> None:
    body = core_metadata("demo", "1.0", GIVEN["versions"]["1.0"], GIVEN)
    body = body[:place] + junk + body[place + dropped :]
    try:
        said = metadata_read(body, version="1.0")
    except Malformed:
        return
    assert licence_of(said) is not None
    assert "\0" not in said.summary + said.licence + "".join(said.keywords)


def _assembled(page: Any, answer: Any) -> None:
    """All that is made of documents, without a server."""
    listing = listing_read("demo", _document(json.dumps(page).encode(), JSON_TYPE))
    read = project_read("demo", Part.of(json.loads(json.dumps(answer)), "the API's answer"))
    project = Project.of(listing, read.listing)
    latest = project.latest(read.described.version)
    said = read.described
    project.described[latest] = said
    versions = [project.version(version) for version in project.files]
    assert latest in project.files or not project.files
    assert all(0 < len(one.version) <= 100 and "\0" not in one.version for one in versions)
    texts = [said.summary, licence_of(said), homepage_of(said), repository_of(said)]
    assert all("\0" not in text and len(text) <= 2_000 for text in texts)
    project_implementations(said, project.files.get(latest, []), ())
    advisories_of("demo", read.told, {one.version: one.released_at for one in versions})


def _document(body: bytes, kind: str) -> Document:
    return Document(
        "https://index.example.org/demo/", 200, body, {"content-type": kind}, 0, 0, False
    )


SOURCE = File(
    "demo-1.0.tar.gz", version="1.0", size=10, uploaded_at=datetime(2024, 1, 2, tzinfo=UTC)
)
WHEEL = File(
    f"demo-1.0-{LINUX}.whl",
    version="1.0.0",
    tags=(LINUX,),
    size=90,
    uploaded_at=datetime(2024, 1, 3, tzinfo=UTC),
    yanked=True,
    yanked_reason="broken there",
)


def test_a_release_is_yanked_with_all_its_files_and_as_old_as_the_first() -> None:
    project = Project.of(Listing((WHEEL, SOURCE)))
    (name,) = project.files
    half = project.version(name)
    assert (half.yanked, half.yanked_reason) == (False, "")
    assert (half.size, half.released_at) == (10, SOURCE.uploaded_at)
    whole = Project.of(Listing((WHEEL, replace(SOURCE, yanked=True)))).version(name)
    assert (whole.yanked, whole.yanked_reason) == (True, "broken there")
    assert Project.of(Listing((WHEEL,))).version("1.0.0").size == 90


def test_a_file_that_any_listing_calls_yanked_is() -> None:
    plain = replace(SOURCE, size=None)
    for listings in ((plain, replace(SOURCE, yanked=True)), (replace(SOURCE, yanked=True), plain)):
        found = Project.of(*(Listing((file,)) for file in listings)).version("1.0")
        assert (found.yanked, found.size) == (True, 10)


def test_the_newest_versions_are_kept_where_there_are_too_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("apps.centralcloud.package_sync.engine.pypi.assembling.MOST_VERSIONS", 2)
    project = Project.of(Listing(versions=("1.9", "1.10", "1.8")))
    assert list(project.files) == ["1.9", "1.10"]
