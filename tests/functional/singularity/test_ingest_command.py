"""The commands as a user runs them, each in its own process, and what a kill leaves behind."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from tests.common.processes import (
    CHECKOUT,
    database_of,
    environment,
    eventually,
    manage,
    migrated_site,
)
from tests.common.trees import SMALL, write_tree


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A migrated site with servers that stay up for the tests of this file."""
    folder = tmp_path_factory.mktemp("state")
    with migrated_site(folder):
        yield folder


def ingest_json(path: Path, *options: str, state: Path) -> dict[str, Any]:
    done = manage("ingest", str(path), "--json", *options, state=state)
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def start(path: Path, *options: str, state: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "manage.py", "ingest", str(path), *options],
        cwd=CHECKOUT,
        env=environment(state),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def many(root: Path, count: int = 1000) -> Path:
    body = "".join(f"    value_{n} = compute_{n}(argument)\n" for n in range(60))
    return write_tree(
        root, {f"pkg{n % 20}/m{n}.py": f"def f{n}(argument):\n{body}" for n in range(count)}
    )


def test_ingest_then_search_then_explain(state: Path, tmp_path: Path) -> None:
    root = write_tree(tmp_path / "shop", SMALL)
    result = ingest_json(root, state=state)
    assert result["codebase"] == "shop"
    assert result["files"] == 5
    assert result["dependencies"] == 2
    assert result["skipped"] == {"binary": 1}
    assert result["vectors"] == result["texts"] > 0

    found = manage("search", "exponential delay after failures", "--json", state=state)
    hits = json.loads(found.stdout)
    assert hits[0]["symbol"] == "retry_with_backoff"
    assert hits[0]["path"] == "shop/retry.rs"
    shown = manage("search", "load_cart", "--limit", "1", state=state).stdout
    assert "shop/cart.py:" in shown
    assert "its symbol is the query" in shown
    narrow = manage("search", "cart", "--language", "rust", "--json", state=state)
    assert {hit["language"] for hit in json.loads(narrow.stdout)} == {"rust"}

    why = manage("explain_path", str(root / "logo.png"), state=state)
    assert why.stdout.startswith("logo.png is left out (binary: ")
    why = manage("explain_path", str(root / "shop/cart.py"), "--json", state=state)
    assert json.loads(why.stdout)["included"] is True


def test_dry_run_writes_nothing(state: Path, tmp_path: Path) -> None:
    root = write_tree(tmp_path / "dry", SMALL)
    result = ingest_json(root, "--dry-run", state=state)
    assert result["files"] == 5
    assert result["languages"]["python"] == [1, len(SMALL["shop/cart.py"])]
    unknown = manage("search", "cart", "--codebase", "dry", state=state)
    assert unknown.returncode == 1
    assert "no code base is called 'dry'" in unknown.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ingest", "/nowhere/at/all"], "does not exist"),
        (["ingest", "manage.py"], "is not a folder"),
        (["search", "x", "--codebase", "nothing"], "no code base is called 'nothing'"),
        (["search", "x", "--path", "*a" * 500], "path filter"),
    ],
)
def test_mistakes_get_one_line(state: Path, arguments: list[str], message: str) -> None:
    done = manage(*arguments, state=state)
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_killed_ingest_goes_on_and_equals_an_undisturbed_one(state: Path, tmp_path: Path) -> None:
    root = many(tmp_path / "killed", count=3000)
    process = start(root, "--vectors", "later", state=state)
    stored = (
        "SELECT count(*) FROM ingestion_file f JOIN ingestion_codebase c ON c.id = f.codebase_id"
        " WHERE c.name = 'killed'"
    )
    with database_of(state) as database:
        assert eventually(lambda: database.execute(stored).fetchone() != (0,))
        workers = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        process.wait()
        (before,) = database.execute(stored).fetchone() or (0,)
    assert 0 < before < 3000
    assert eventually(lambda: not any(worker.is_running() for worker in workers))

    result = ingest_json(root, "--vectors", "later", state=state)
    assert result["files"] == 3000
    assert result["run"]["changed"] == 3000 - before
    fresh = ingest_json(root, "--name", "undisturbed", "--vectors", "later", state=state)
    for fact in ("files", "bytes", "lines", "chunks", "languages", "skipped"):
        assert result[fact] == fresh[fact], fact


def test_sigterm_ends_in_order_and_a_second_ingest_is_refused_meanwhile(
    state: Path, tmp_path: Path
) -> None:
    root = many(tmp_path / "busy", count=3000)
    process = start(root, "--vectors", "later", state=state)
    assert process.stderr is not None
    process.stderr.readline()
    process.send_signal(signal.SIGSTOP)  # it lives, and is not done before the other one asks
    refused = manage("ingest", str(root), state=state)
    assert refused.returncode == 1
    assert "already running: job" in refused.stderr
    assert f"pid {process.pid}" in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGCONT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "Traceback" not in stderr
    assert ingest_json(root, "--vectors", "later", state=state)["files"] == 3000


def test_the_database_going_away_is_one_clear_line(tmp_path: Path) -> None:
    state = tmp_path / "state"
    root = many(tmp_path / "lost", count=2500)
    with migrated_site(state):
        process = start(root, "--vectors", "later", state=state)
        assert process.stderr is not None
        process.stderr.readline()
        postmaster = int((state / "postgresql" / "postmaster.pid").read_text().split()[0])
        os.kill(postmaster, signal.SIGKILL)
        _, stderr = process.communicate(timeout=120)
        assert process.returncode == 1
        assert "Traceback" not in stderr
        assert "database" in stderr.strip().splitlines()[-1].lower()
    assert ingest_json(root, "--vectors", "later", state=state)["files"] == 2500


@contextmanager
def small_disk(database: psycopg.Connection[Any]) -> Iterator[None]:
    """Chunks live meanwhile on a disk that has room for 2 MiB more of them."""
    (used,) = database.execute("SELECT pg_table_size('ingestion_chunk')").fetchone() or (0,)
    folder = Path(tempfile.mkdtemp(prefix="singularity-disk-"))
    folder.chmod(0o755)  # the server may be another user
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={used + 2 * 2**20},mode=0777", "none", str(folder)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("mounting a small disk is not allowed here")
    try:
        (folder / "space").mkdir(mode=0o700)
        (postgres,) = database.execute("SHOW data_directory").fetchone() or ("",)
        owner = Path(postgres).stat()
        os.chown(folder / "space", owner.st_uid, owner.st_gid)
        database.execute(f"CREATE TABLESPACE small LOCATION '{folder / 'space'}'")
        database.execute("ALTER TABLE ingestion_chunk SET TABLESPACE small")
        yield
    finally:
        database.execute("ALTER TABLE ingestion_chunk SET TABLESPACE pg_default")
        database.execute("DROP TABLESPACE IF EXISTS small")
        subprocess.run(["umount", str(folder)], check=True)
        folder.rmdir()


def test_a_full_disk_is_one_clear_line_and_the_rest_is_done_later(
    state: Path, tmp_path: Path
) -> None:
    root = many(tmp_path / "large")
    with database_of(state) as database:
        with small_disk(database):
            done = manage("ingest", str(root), "--vectors", "later", state=state)
            assert done.returncode == 1
            assert "out of room" in done.stderr.strip().splitlines()[-1]
            assert "Traceback" not in done.stderr
            last = "SELECT state, error FROM core_job ORDER BY id DESC LIMIT 1"
            job = database.execute(last).fetchone()
            assert job is not None
            assert job[0] == "failed"
            assert "No space left" in job[1]
            counts = database.execute(
                "SELECT count(*) FROM ingestion_file f WHERE state = 'included' AND lines > 0"
                " AND NOT EXISTS (SELECT 1 FROM ingestion_chunk c WHERE c.file_id = f.id)"
            ).fetchone()
            assert counts == (0,)  # no file is stored without its chunks
        assert ingest_json(root, "--vectors", "later", state=state)["files"] == 1000
