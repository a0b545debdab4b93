"""Advisories that are not as they should be: none ends an import, or does harm where it is kept."""

from __future__ import annotations

import json
import tracemalloc
import zipfile
from io import BytesIO, StringIO
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.core.management import call_command

from apps.centralcloud.package_sync.engine.osv import OsvError, advisory_parse, reading
from apps.centralcloud.package_sync.engine.osv.reading import documents_of_file
from apps.centralcloud.package_sync.models import Advisory, Affected
from apps.centralcloud.package_sync.services.advisories import advisories_import, advisories_read
from apps.centralcloud.package_sync.services.advisories.reading import source_name
from tests.common.factories.advisories import V31_HIGH, affected, below, document, events

LODASH = "pkg:npm/lodash"
NO_TIMES = [
    "0001-01-01T00:00:00+05:00",
    "9999-12-31T23:59:59-05:00",
    "0001-01-01T00:00:00Z",
    "1700000000",
    "-17.5",
]


def imported(*documents: dict[str, Any]) -> tuple[int, list[str]]:
    """How many are new, and why others were left out."""
    found = advisories_import(documents=documents, source="npm/all.zip")
    return found.new, found.reasons


@pytest.mark.django_db
@pytest.mark.parametrize("time", NO_TIMES)
@pytest.mark.parametrize("name", ["modified", "withdrawn"])
def test_a_time_that_is_none_is_a_reason_and_stops_no_other(name: str, time: str) -> None:
    new, reasons = imported(document("GHSA-1", **{name: time}), document("GHSA-2"))
    assert new == 1
    assert [reason.startswith(f"GHSA-1: {name}: Value error") for reason in reasons] == [True]
    assert [one.osv_id for one in Advisory.objects.all()] == ["GHSA-2"]


@pytest.mark.django_db
@pytest.mark.parametrize("time", NO_TIMES)
def test_a_time_that_only_describes_is_left_out(time: str) -> None:
    assert imported(document("GHSA-1", published=time)) == (1, [])
    assert Advisory.objects.get().published_at is None


def test_times_of_other_zones_are_the_same_moment() -> None:
    record = advisory_parse(document("GHSA-1", modified="2026-05-01T02:00:00+02:00"))
    assert record.modified.isoformat() == "2026-05-01T00:00:00+00:00"


@pytest.mark.django_db
def test_halves_of_characters_in_versions_are_kept_as_question_marks() -> None:
    halves = affected(LODASH, events(("introduced", "0"), ("fixed", "1.0\ud800")))
    assert imported(document("GHSA-1", halves), document("GHSA-2")) == (2, [])
    assert Affected.objects.get().fixed == ["1.0?"]


@pytest.mark.django_db
def test_what_is_said_of_a_document_can_be_kept_and_shown() -> None:
    _, reasons = imported({"id": "GHSA\ud800\0\x1b[2J-1", "modified": 7})
    assert reasons == [
        "GHSA\ufffd\ufffd\ufffd[2J-1: modified: Value error, is not a time as RFC 3339 writes it"
    ]


@pytest.mark.parametrize("version", ["", "\0", "x" * 101, 7, None])
def test_an_event_without_a_version_is_refused(version: object) -> None:
    wrong = {"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": version}]}
    with pytest.raises(OsvError, match=r"events\.1\.fixed: is no version"):
        advisory_parse(document("GHSA-1", affected(LODASH, wrong)))


def test_a_package_of_another_registry_is_not_that_of_the_same_name() -> None:
    purl = "pkg:maven/org.x/y?type=jar&repository_url=repo.invalid"
    entry = {
        "package": {"ecosystem": "Maven:https://repo.invalid", "name": "org.x:y", "purl": purl}
    }
    assert advisory_parse(document("GHSA-1", entry)).affected == ()


def test_no_more_of_a_document_is_kept_than_anybody_reads() -> None:
    link = "https://example.org/"
    references = [{"url": link + "x" * 500}, *({"url": f"{link}{n}"} for n in range(60))]
    record = advisory_parse(
        document(
            "GHSA-1",
            affected(LODASH, versions=["1.0.0", "", "x" * 101]),
            summary="s" * 600,
            details="d" * 30_000,
            references=references,
            aliases=[f"CVE-{n:03}" for n in range(300)],
            severity=[{"type": "CVSS_V3", "score": V31_HIGH + "/E:X" * 60}],
        )
    )
    assert (len(record.summary), len(record.details)) == (500, 20_000)
    assert record.references == tuple(("WEB", f"{link}{n}") for n in range(50))
    assert record.aliases == tuple(f"CVE-{n:03}" for n in range(200))
    assert record.affected[0].listed == ("1.0.0",)
    assert (record.severity, record.vector) == ("", "")


def test_a_time_without_a_zone_is_in_utc() -> None:
    record = advisory_parse(document("GHSA-1", modified="2026-05-01T02:00:00"))
    assert record.modified.isoformat() == "2026-05-01T02:00:00+00:00"


@pytest.mark.parametrize(
    "said",
    [
        {"severity": [{"type": "CVSS_V3", "score": V31_HIGH}]},
        {"database_specific": {"severity": "HIGH"}},
        {"ecosystem_specific": {"severity": "high"}},
    ],
)
def test_a_severity_that_only_a_package_names_counts(said: dict[str, Any]) -> None:
    mild = {"database_specific": {"severity": "LOW"}}
    parts = [affected(LODASH, **mild), affected("pkg:npm/ms", **said)]
    assert advisory_parse(document("GHSA-1", *parts, severity=[])).severity == "high"


def test_a_name_that_no_key_holds_is_nobody_s() -> None:
    entry = {"package": {"ecosystem": "npm", "name": "x" * 500}, "versions": ["1"]}
    assert advisory_parse(document("GHSA-1", entry)).affected == ()


# Zip files.


def zipped(*entries: tuple[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in entries:
            archive.writestr(name, body)
    return out.getvalue()


def test_a_bomb_that_says_to_be_small_takes_no_more_memory_than_a_document(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "LARGEST_DOCUMENT", 1_000_000)
    size = 64_000_000
    bomb = bytearray(zipped(("bomb.json", b" " * size)))
    place = bomb.rindex(size.to_bytes(4, "little"))
    bomb[place : place + 4] = (100).to_bytes(4, "little")
    tracemalloc.start()
    try:
        (found,) = documents_of_file(BytesIO(bytes(bomb)), "bomb.zip")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found.reason == "cannot be unpacked"
    assert peak < 8_000_000


def test_bytes_changed_at_random_end_no_more_than_their_entry_or_the_file() -> None:
    whole = zipped(
        *((f"\N{LATIN SMALL LETTER E WITH ACUTE}{n}.json", b'{"x": "yyyyyyyy"}') for n in range(3))
    )
    random, outcomes = Random(7), set()
    for _ in range(2_000):
        changed = bytearray(whole)
        for _ in range(random.choice([1, 1, 2, 4])):
            changed[random.randrange(4, len(changed))] = random.choice([0, 0x80, 0xC3, 0xFF])
        try:
            outcomes |= {one.reason for one in documents_of_file(BytesIO(bytes(changed)), "x")}
        except OsvError as error:
            outcomes.add(str(error))
    assert outcomes == {
        "",
        "cannot be unpacked",
        "is larger than 16 MiB",
        "is packed in a way that is not read",
        "is no whole zip file (cut off on the way?)",
    }


@pytest.mark.django_db
def test_of_entries_of_the_same_name_each_is_read_and_the_latest_document_holds(
    tmp_path: Path,
) -> None:
    told = [
        document("GHSA-1", modified=f"2026-05-0{day}T00:00:00Z", summary=f"Of day {day}")
        for day in (1, 3, 2)
    ]
    path = tmp_path / "all.zip"
    with pytest.warns(UserWarning, match="Duplicate name"):
        path.write_bytes(zipped(*(("GHSA-1.json", json.dumps(one).encode()) for one in told)))
    total = advisories_read(sources=[str(path)]).total
    assert (total.read, total.new, total.unchanged) == (3, 1, 2)
    assert Advisory.objects.get().summary == "Of day 3"


# Sources.


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    [
        "https://[x/npm/all.zip",
        "https://host.invalid:99999/npm/all.zip",
        "https:///npm/all.zip",
        "https://",
        "https://user:pa[ss@host.invalid/npm/all.zip",
        "https://ex\N{ONE DOT LEADER}ample/npm/all.zip",
    ],
)
def test_an_address_that_is_none_is_said_and_stops_no_other_source(
    address: str, tmp_path: Path
) -> None:
    path = tmp_path / "GHSA-1.json"
    path.write_text(json.dumps(document("GHSA-1", affected(LODASH, below("1.0.0")))))
    wrong, right = advisories_read(sources=[address, str(path)]).sources
    assert (wrong.error, right.imported.new) == ("lies behind an address that is none", 1)
    assert "pa[ss" not in wrong.name


def test_a_path_is_named_as_it_stands() -> None:
    assert source_name("/srv/a?b/c#d.zip") == "a?b/c#d.zip"
    assert source_name("//[srv/all.zip") == "[srv/all.zip"
    assert source_name("/srv/\udcff/all\x1b.zip") == "\ufffd/all\ufffd.zip"


@pytest.mark.django_db
def test_brackets_in_a_path_are_no_markup(tmp_path: Path) -> None:
    folder = tmp_path / "[bold]"
    folder.mkdir()
    path = folder / "all [red].zip"
    path.write_bytes(zipped(("GHSA-1.json", json.dumps(document("GHSA-1")).encode())))
    out = StringIO()
    call_command("import_advisories", str(path), stdout=out)
    assert "[bold]/all [red].zip" in out.getvalue()
