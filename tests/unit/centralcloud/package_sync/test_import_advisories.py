"""Advisories from zip files, folders and addresses: bounded, resumed, read when they changed."""

from __future__ import annotations

import json
import os
import signal
import zipfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import connection, connections

from apps.centralcloud.package_sync.engine.osv import OsvError, downloading, reading
from apps.centralcloud.package_sync.engine.osv.reading import documents_of_path
from apps.centralcloud.package_sync.models import Advisory, Affected, AffectedVersion
from apps.centralcloud.package_sync.services.advisories import (
    AdvisoriesRead,
    advisories_import,
    advisories_read,
    importing,
)
from apps.centralcloud.package_sync.services.advisories.reading import source_name
from apps.shared.knowledge_cache.models import Source
from tests.common.factories.advisories import affected, below, document, package
from tests.common.registries.server import RegistryServer

database = pytest.mark.django_db
LODASH = "pkg:npm/lodash"


def documents(number: int, **fields: Any) -> list[dict[str, Any]]:
    return [
        document(f"GHSA-{n:05}", affected(LODASH, below(f"{n + 1}.0.0")), **fields)
        for n in range(number)
    ]


def zipped(
    *given: dict[str, Any], names: str = "{id}.json", others: Mapping[str, bytes] | None = None
) -> bytes:
    """A zip file of documents and of other entries."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in given:
            archive.writestr(names.format(**one), json.dumps(one))
        for name, body in (others or {}).items():
            archive.writestr(name, body)
    return out.getvalue()


@pytest.fixture
def all_zip(tmp_path: Path) -> Path:
    folder = tmp_path / "npm"
    folder.mkdir()
    path = folder / "all.zip"
    path.write_bytes(zipped(*documents(3)))
    return path


@pytest.fixture
def server() -> Iterator[RegistryServer]:
    with RegistryServer() as one:
        yield one


def read(*sources: object, **options: Any) -> AdvisoriesRead:
    return advisories_read(sources=[str(one) for one in sources], **options)


def run(*arguments: object) -> str:
    out = StringIO()
    call_command("import_advisories", *map(str, arguments), stdout=out)
    return out.getvalue()


# The command.


@database
def test_the_command_reads_a_zip_file_matches_and_says_what_came_of_it(all_zip: Path) -> None:
    package(LODASH, "1.5.0", "9.0.0")
    shown = run(all_zip)
    assert "npm/all.zip" in shown
    assert "2 matches of versions changed." in shown
    assert Advisory.objects.count() == 3
    assert set(AffectedVersion.objects.values_list("fixed", flat=True)) == {"2.0.0", "3.0.0"}
    assert "0 matches of versions changed." in run(all_zip)


@database
def test_a_dry_run_stores_nothing(all_zip: Path) -> None:
    assert "Nothing was stored" in run(all_zip, "--dry-run")
    assert not Advisory.objects.exists()
    assert not Source.objects.exists()


@database
def test_without_sources_the_settings_name_them(settings: LazySettings, all_zip: Path) -> None:
    with pytest.raises(CommandError, match="set ADVISORY_SOURCES"):
        run()
    settings.ADVISORY_SOURCES = (str(all_zip),)
    run()
    assert Advisory.objects.count() == 3


@database
def test_a_source_that_cannot_be_read_stops_no_other_and_is_an_error(
    all_zip: Path, tmp_path: Path
) -> None:
    cut = tmp_path / "cut.zip"
    cut.write_bytes(all_zip.read_bytes()[:-40])
    with pytest.raises(CommandError, match=r"cut\.zip is no whole zip file") as error:
        run(tmp_path / "nowhere.zip", cut, all_zip)
    assert "nowhere.zip cannot be read (No such file or directory)" in str(error.value)
    assert Advisory.objects.count() == 3


@database
def test_what_is_left_out_is_said(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(
        zipped(documents(1)[0], document("GHSA-2", modified="soon"), others={"bad.json": b"{"})
    )
    shown = run(path)
    assert "left out: GHSA-2: modified: Input should be a valid datetime" in shown
    assert "left out: bad.json: is no JSON" in shown


@database
def test_everything_is_matched_again_when_asked(all_zip: Path) -> None:
    package(LODASH, "1.5.0")
    run(all_zip)
    AffectedVersion.objects.all().delete()
    Affected.objects.update(matched="another program's")
    assert "0 matches" in run(all_zip)
    assert "2 matches" in run("--again")


# Files and folders.


@database
def test_a_folder_is_read_with_its_zip_files_and_those_below(tmp_path: Path) -> None:
    one, two, three = documents(3)
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "a.json").write_text(json.dumps(one))
    (tmp_path / "in" / "deep" / "b.zip").write_bytes(zipped(two))
    (tmp_path / "in" / "c.txt").write_text(json.dumps(three))
    (tmp_path / "in" / "cut.zip").write_bytes(zipped(three)[:30])
    os.mkfifo(tmp_path / "in" / "endless.json")
    (tmp_path / "in" / "dead.json").symlink_to("nowhere")
    total = read(tmp_path / "in").total
    assert (total.new, total.left_out) == (2, 3)
    assert sorted(total.reasons) == [
        "cut.zip: is no whole zip file (cut off on the way?)",
        "dead.json: cannot be read (No such file or directory)",
        "endless.json: is no file",
    ]


@database
def test_a_single_file_is_a_document(tmp_path: Path) -> None:
    path = tmp_path / "GHSA-00000.json"
    path.write_text(json.dumps(documents(1)[0]))
    assert read(path).total.new == 1


def found(body: bytes, folder: Path) -> dict[str, str]:
    """Names of entries, each with why it holds nothing."""
    path = folder / "x.zip"
    path.write_bytes(body)
    with documents_of_path(path) as given:
        return {one.name: one.reason for one in given}


def test_entries_are_read_and_never_written_whatever_their_names(tmp_path: Path) -> None:
    before = set(tmp_path.rglob("*"))
    body = zipped(
        documents(1)[0],
        names="../../../{id}.json",
        others={"/abs/x.json": b"{}", "readme.txt": b"", "nested.zip": zipped(*documents(2))},
    )
    assert found(body, tmp_path) == {"GHSA-00000.json": "", "x.json": ""}
    assert set(tmp_path.rglob("*")) - before == {tmp_path / "x.zip"}


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LARGEST_DOCUMENT", 1_000_000)
    bomb = zipped(documents(1)[0], others={"bomb.json": b" " * 2_000_000})
    assert found(bomb, tmp_path) == {"GHSA-00000.json": "", "bomb.json": "is larger than 16 MiB"}
    lying = bytearray(bomb)
    size = (2_000_000).to_bytes(4, "little")
    place = lying.rindex(size)  # in the list of entries: it says to be small
    lying[place : place + 4] = (100).to_bytes(4, "little")
    assert found(bytes(lying), tmp_path)["bomb.json"] == "cannot be unpacked"


def test_what_unpacks_to_too_much_altogether_ends_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "LARGEST_WHOLE", 1_000)
    with pytest.raises(OsvError, match="unpacks to more than"):
        found(zipped(*documents(10)), tmp_path)


def test_a_list_of_entries_without_end_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "LARGEST_LIST", 1_000)
    assert len(found(zipped(*documents(2)), tmp_path)) == 2
    with pytest.raises(OsvError, match="lists more entries"):
        found(zipped(*documents(100)), tmp_path)


def test_entries_that_cannot_be_unpacked_are_left_out_and_the_rest_is_read(tmp_path: Path) -> None:
    body = bytearray(zipped(*documents(2), others={"c.json": os.urandom(500)}))
    place = body.index(b"c.json") + 20
    body[place : place + 8] = b"\xff" * 8
    whole = found(bytes(body), tmp_path)
    assert whole == {"GHSA-00000.json": "", "GHSA-00001.json": "", "c.json": "cannot be unpacked"}
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.json", "{}")
    assert found(out.getvalue(), tmp_path) == {"a.json": "is packed in a way that is not read"}


@pytest.mark.parametrize("body", [b"[" * 200_000, b"\xff\xfe\x00", b"", b"1e999999", b"{" * 9])
def test_what_is_no_json_is_left_out(body: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(body)
    with documents_of_path(path) as given:
        (one,) = given
    assert one.reason in ("is no JSON", "")
    assert one.reason or one.document == float("inf")


def test_a_source_is_named_without_its_host_and_credentials() -> None:
    assert source_name("https://user:pass@host.invalid/npm/all.zip?token=1") == "npm/all.zip"
    assert source_name("/srv/osv/PyPI/all.zip") == "PyPI/all.zip"
    assert source_name("https://host.invalid") == "advisories"
    assert len(source_name("/x/" + "y" * 300)) == 120


# Addresses.


@database
def test_a_file_behind_an_address_costs_one_question_until_it_changes(
    server: RegistryServer,
) -> None:
    server.route("npm/all.zip", zipped(*documents(2)))
    url = f"{server.url}npm/all.zip"
    assert read(url).total.new == 2
    again = read(url)
    assert again.sources[0].unchanged
    assert again.total.read == 0
    assert [seen.status for seen in server.requests] == [200, 304]
    server.route("npm/all.zip", zipped(*documents(3)))
    assert read(url).total.new == 1


@database
def test_in_another_database_the_file_is_read_once_more(server: RegistryServer) -> None:
    server.route("npm/all.zip", zipped(*documents(2)))
    url = f"{server.url}npm/all.zip"
    read(url)
    Advisory.objects.all().delete()
    assert read(url).total.new == 2


@database
def test_a_dry_run_of_an_address_is_not_remembered(server: RegistryServer) -> None:
    server.route("npm/all.zip", zipped(*documents(2)))
    url = f"{server.url}npm/all.zip"
    assert read(url, dry_run=True).total.new == 2
    assert read(url).total.new == 2


@database
@pytest.mark.parametrize(
    ("fault", "options", "said"),
    [
        ("status", {"code": 404, "times": 1}, "there is no such file"),
        ("status", {"code": 403, "times": 1}, "the server refuses access"),
        ("redirect", {"to": "ftp://host.invalid/x", "times": 1}, "only"),
        ("malformed", {"body": b"PK\x03\x04 and then nothing", "times": 1}, "is no whole zip"),
    ],
)
def test_what_a_server_does_wrong_is_said_without_its_address(
    server: RegistryServer, fault: str, options: dict[str, Any], said: str
) -> None:
    server.route("npm/all.zip", zipped(*documents(2)))
    server.fault("npm/all.zip", fault, **options)
    (source,) = read(f"{server.url}npm/all.zip").sources
    assert source.error.startswith(said)
    assert "127.0.0.1" not in source.error
    assert read(f"{server.url}npm/all.zip").total.new == 2


@database
def test_a_server_leads_to_no_other_host_of_a_private_network(server: RegistryServer) -> None:
    with RegistryServer() as other:
        other.route("npm/all.zip", zipped(*documents(2)))
        server.fault("npm/all.zip", "redirect", to=f"{other.url}npm/all.zip")
        (source,) = read(f"{server.url}npm/all.zip").sources
        assert source.error == "the server leads to an address inside a private network"
        assert other.requests == []


@database
@pytest.mark.parametrize("fault", ["truncated", "reset", "status"])
def test_what_may_pass_is_tried_again(server: RegistryServer, fault: str) -> None:
    server.route("npm/all.zip", zipped(*documents(2)))
    server.fault("npm/all.zip", fault)
    assert read(f"{server.url}npm/all.zip").total.new == 2
    assert len(server.requests) >= 2


@database
def test_a_file_without_end_is_not_taken(server: RegistryServer, tmp_path: Path) -> None:
    server.route("npm/all.zip", b"x")
    server.fault("npm/all.zip", "endless")
    known = downloading.Stamp()
    with (
        pytest.raises(OsvError, match="is larger than"),
        downloading.downloaded(
            f"{server.url}npm/all.zip", known=known, folder=tmp_path, largest=1_000_000
        ),
    ):
        pass
    left = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in left) < 1_000


# Killed, and twice at once.


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", ["affected_store", "groups_store", "source_changed"])
def test_killed_in_the_middle_the_next_run_goes_on(
    all_zip: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    monkeypatch.setattr(importing, "BATCH", 5)
    package(LODASH, "1.5.0")
    all_zip.write_bytes(zipped(*documents(40)))
    for stored in (10, 20):
        killed_in(step, batch=3, work=lambda: read(all_zip))
        assert Advisory.objects.count() == Affected.objects.count() == stored
    last = read(all_zip)
    assert (last.total.new, last.total.unchanged) == (20, 20)
    assert AffectedVersion.objects.count() == 39
    assert not Affected.objects.filter(matched="").exists()


def killed_in(step: str, *, batch: int, work: Callable[[], object]) -> None:
    """Run work in a process that is killed in a step of a batch that stores something."""
    connections.close_all()
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        assert os.WTERMSIG(status) == signal.SIGKILL
        return
    rest, real = iter(range(1, batch)), getattr(importing, step)

    def dying(*given: Any, **named: Any) -> Any:
        if next(rest, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*given, **named)

    setattr(importing, step, dying)
    try:
        work()
    finally:
        os._exit(0)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_store_each_document_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "BATCH", 7)
    given = documents(60, aliases=["CVE-1"])

    def work(order: int) -> int:
        try:
            return advisories_import(documents=given[::order], source=str(order)).new
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        new = list(pool.map(work, (1, -1, 1, -1)))
    assert sum(new) == Advisory.objects.count() == 60
    assert set(Advisory.objects.values_list("group", flat=True)) == {"CVE-1"}
