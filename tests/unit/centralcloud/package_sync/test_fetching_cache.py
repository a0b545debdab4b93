"""No trouble with the file of kept answers costs a document: locked, broken, killed, full."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from apps.centralcloud.package_sync.engine.fetching import Fetcher, Limits
from apps.centralcloud.package_sync.engine.fetching.cache import NAME
from apps.centralcloud.package_sync.engine.places import Place
from tests.common.registries.fixtures import QUICK
from tests.common.registries.server import RegistryServer

DOCUMENTS = 30
ASKS = """
import sys
from pathlib import Path
from apps.centralcloud.package_sync.engine.fetching import Fetcher
from apps.centralcloud.package_sync.engine.places import Place

folder, url, *paths = sys.argv[1:]
with Fetcher(Path(folder)) as fetcher:
    print("open", flush=True)
    for path in paths:
        print(len(fetcher.get(Place("npm", url, private=True), path).body), flush=True)
"""


@pytest.fixture
def place(registry_server: RegistryServer) -> Place:
    for number in range(DOCUMENTS):
        registry_server.route(f"p{number}", os.urandom(20_000))
    return Place("npm", registry_server.url, private=True)


def sync(folder: Path, place: Place, limits: Limits = QUICK) -> int:
    """Ask for all documents; how many were unchanged."""
    with Fetcher(folder, limits=limits) as fetcher:
        return sum(fetcher.get(place, f"p{number}").unchanged for number in range(DOCUMENTS))


def asking(folder: Path, place: Place, *paths: str) -> subprocess.Popen[str]:
    """Another process that asks for documents, one after another."""
    command = [sys.executable, "-c", ASKS, str(folder), place.url, *paths]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


@pytest.fixture
def process() -> Iterator[list[subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []
    yield started
    for each in started:
        each.kill()
        each.wait()
        if each.stdout is not None:
            each.stdout.close()


def test_what_is_kept_outlives_the_process(tmp_path: Path, place: Place) -> None:
    assert sync(tmp_path, place) == 0
    assert sync(tmp_path, place) == DOCUMENTS


def test_a_file_that_is_none_is_begun_anew(tmp_path: Path, place: Place) -> None:
    (tmp_path / NAME).write_bytes(b"not a database at all, but longer than a page header" * 100)
    assert sync(tmp_path, place) == 0
    assert sync(tmp_path, place) == DOCUMENTS


def test_a_damaged_file_is_begun_anew(tmp_path: Path, place: Place) -> None:
    sync(tmp_path, place)
    with (tmp_path / NAME).open("r+b") as file:
        for page in range(1, 12):
            file.seek(page * 16384)
            file.write(os.urandom(4096))
    assert sync(tmp_path, place) < DOCUMENTS
    assert sync(tmp_path, place) == DOCUMENTS


def test_another_programs_tables_are_no_hindrance(tmp_path: Path, place: Place) -> None:
    connection = sqlite3.connect(tmp_path / NAME)
    connection.execute("CREATE TABLE entries (something TEXT)")
    connection.close()
    assert sync(tmp_path, place) == 0
    assert sync(tmp_path, place) == DOCUMENTS


def test_a_body_that_vanished_from_the_file_comes_anew(tmp_path: Path, place: Place) -> None:
    sync(tmp_path, place)
    with closing(sqlite3.connect(tmp_path / NAME, isolation_level=None)) as connection:
        connection.execute("UPDATE streams SET chunk_data = x'00' WHERE rowid = 1")
        connection.execute("DELETE FROM streams WHERE rowid = 2")
    with Fetcher(tmp_path, limits=QUICK) as fetcher:
        sizes = {len(fetcher.get(place, f"p{number}").body) for number in range(DOCUMENTS)}
    assert sizes == {20_000}
    assert sync(tmp_path, place) == DOCUMENTS


def test_a_locked_file_costs_no_document(tmp_path: Path, place: Place) -> None:
    sync(tmp_path, place)
    holder = sqlite3.connect(tmp_path / NAME, isolation_level=None)
    holder.execute("PRAGMA locking_mode=EXCLUSIVE")
    holder.execute("BEGIN IMMEDIATE")
    try:
        assert sync(tmp_path, place) == 0
    finally:
        holder.close()
    assert sync(tmp_path, place) == DOCUMENTS


def test_a_file_that_cannot_be_written_costs_no_document(tmp_path: Path, place: Place) -> None:
    (tmp_path / NAME).mkdir()
    assert sync(tmp_path, place) == 0


def test_a_process_killed_while_it_keeps_an_answer_leaves_no_half(
    tmp_path: Path,
    place: Place,
    registry_server: RegistryServer,
    process: list[subprocess.Popen[str]],
) -> None:
    registry_server.route("large", os.urandom(3_000_000))
    registry_server.fault("large", "slow", size=200_000, pause=0.2)
    process.append(asking(tmp_path, place, "p0", "large"))
    output = process[0].stdout
    assert output is not None
    assert [output.readline().strip() for _ in range(2)] == ["open", "20000"]
    _wait_for_a_piece(tmp_path / NAME, process[0])
    process[0].send_signal(signal.SIGKILL)
    process[0].wait()
    with Fetcher(tmp_path, limits=QUICK) as fetcher:
        large = fetcher.get(place, "large")
        assert len(large.body) == 3_000_000
        assert not large.unchanged
        assert fetcher.get(place, "p0").unchanged
        assert fetcher.get(place, "large").unchanged


def test_two_processes_share_a_folder(
    tmp_path: Path, place: Place, process: list[subprocess.Popen[str]]
) -> None:
    paths = [f"p{number}" for number in range(DOCUMENTS)]
    process += [asking(tmp_path, place, *order) for order in (paths, paths[::-1])]
    for each in process:
        output, _ = each.communicate()
        assert each.returncode == 0
        assert output.split() == ["open", *["20000"] * DOCUMENTS]
    assert sync(tmp_path, place) == DOCUMENTS


def test_a_second_process_starts_while_the_first_one_writes(
    tmp_path: Path, place: Place, process: list[subprocess.Popen[str]]
) -> None:
    with Fetcher(tmp_path, limits=QUICK) as fetcher:
        fetcher.get(place, "p0")
        process.append(asking(tmp_path, place, "p0", "p1"))
        output, _ = process[0].communicate()
        assert output.split() == ["open", "20000", "20000"]
        assert fetcher.get(place, "p1").unchanged


def test_the_file_does_not_grow_beyond_its_size(tmp_path: Path, place: Place) -> None:
    small = replace(QUICK, cache=200_000)
    sync(tmp_path, place, small)
    unchanged = sync(tmp_path, place, small)
    assert 3 < unchanged < 11
    assert (tmp_path / NAME).stat().st_size < 300_000


def test_what_nobody_asks_for_any_more_is_forgotten(tmp_path: Path, place: Place) -> None:
    sync(tmp_path, place, replace(QUICK, kept_for=0.0))
    assert sync(tmp_path, place) == 0


def test_an_address_keeps_one_answer(
    tmp_path: Path, place: Place, registry_server: RegistryServer
) -> None:
    with Fetcher(tmp_path, limits=QUICK) as fetcher:
        for number in range(5):
            registry_server.route("p0", {"number": number})
            fetcher.get(place, "p0")
    with closing(sqlite3.connect(tmp_path / NAME, isolation_level=None)) as connection:
        (count,) = connection.execute(
            "SELECT count(*) FROM entries WHERE expires_at > 0"
        ).fetchone()
    assert count == 1


def _wait_for_a_piece(path: Path, process: subprocess.Popen[str]) -> None:
    """Until part of the large answer has been written, besides the small one."""
    with closing(sqlite3.connect(path)) as connection:
        while connection.execute("SELECT count(*) FROM streams").fetchone()[0] < 4:
            assert process.poll() is None
            time.sleep(0.01)
