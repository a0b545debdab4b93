"""A worker killed in the middle of an ingest: its job is seen as lost, and picked up again."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from tests.common.processes import (
    CHECKOUT,
    database_of,
    environment,
    eventually,
    manage,
    migrated_site,
)
from tests.common.trees import write_tree

FILES = 3000
QUEUE = """
from django.conf import settings
from pathlib import Path
from apps.singularity.ingestion import services, tasks
codebase = services.codebase_open(instance=settings.INSTANCE_ID, path=Path("{root}"))
job, _ = services.ingest_enqueue(codebase=codebase)
tasks.ingest.delay(job.pk)
"""
RECOVER = "from apps.shared.core.tasks import recover; recover()"
JOBS = "SELECT state, attempt FROM core_job WHERE kind = 'ingest' ORDER BY id"
INCLUDED = "SELECT count(*) FROM ingestion_file WHERE state = 'included'"


def many(root: Path) -> Path:
    body = "".join(f"    value_{n} = compute_{n}(argument)\n" for n in range(60))
    files = {f"p{n % 9}/m{n}.py": f"def f{n}(argument):\n{body}" for n in range(FILES)}
    return write_tree(root, files)


def shell(code: str, state: Path) -> None:
    """Run code in the site."""
    done = manage("shell", "--no-imports", "-c", code, state=state)
    assert done.returncode == 0, done.stderr


@contextmanager
def worker(state: Path) -> Iterator[subprocess.Popen[bytes]]:
    options = ["--pool", "threads", "--concurrency", "2", "--without-gossip", "--without-mingle"]
    process = subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "singularity_site", "-q", "worker", *options],
        cwd=CHECKOUT,
        env=environment(state),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()  # it may be at the vectors, which are another test's
        process.wait()


def jobs(database: psycopg.Connection[Any]) -> list[tuple[str, int]]:
    """State and attempt of each ingest."""
    return database.execute(JOBS).fetchall()


def test_a_stopped_worker_leaves_its_ingest_to_the_next(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with migrated_site(state, "valkey"), database_of(state) as database:
        with worker(state) as first:
            shell(QUEUE.format(root=many(tmp_path / "code")), state)
            assert eventually(lambda: jobs(database) == [("running", 1)], 60)
            first.terminate()
            first.wait(timeout=30)
        assert [job_state for job_state, _ in jobs(database)] == ["cancelled", "queued"]
        with worker(state):
            shell(RECOVER, state)
            assert eventually(lambda: jobs(database)[-1][0] == "succeeded", 120)
        assert database.execute(INCLUDED).fetchone() == (FILES,)


def test_a_killed_workers_ingest_is_picked_up_again(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with migrated_site(state, "valkey"), database_of(state) as database:
        with worker(state) as first:
            shell(QUEUE.format(root=many(tmp_path / "code")), state)
            assert eventually(lambda: jobs(database) == [("running", 1)], 60)
            first.kill()
            first.wait()
        assert jobs(database) == [("running", 1)]  # nobody has looked yet
        with worker(state):
            shell(RECOVER, state)
            assert eventually(lambda: jobs(database)[-1] == ("succeeded", 2), 120)
        assert jobs(database)[0] == ("lost", 1)
        assert database.execute(INCLUDED).fetchone() == (FILES,)
