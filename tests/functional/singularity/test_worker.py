"""A worker killed in the middle of an ingest: its job is seen as lost, and picked up again."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.common.processes import CHECKOUT, environment, eventually, manage, migrated_site
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
RECOVER = "from apps.singularity.ingestion.tasks import recover; recover()"
JOBS = """
import json
from apps.shared.core.models import Job
fields = ("kind", "state", "attempt", "progress", "result")
print("JOBS", json.dumps(list(Job.objects.order_by("id").values(*fields))))
"""
CODEBASE = """
import json
from apps.singularity.ingestion.models import Codebase
from apps.singularity.ingestion.selectors import codebase_summary
summary = codebase_summary(codebase=Codebase.objects.get())
print("JOBS", json.dumps([summary.files, summary.chunks]))
"""


def many(root: Path) -> Path:
    body = "".join(f"    value_{n} = compute_{n}(argument)\n" for n in range(60))
    files = {f"p{n % 9}/m{n}.py": f"def f{n}(argument):\n{body}" for n in range(FILES)}
    return write_tree(root, files)


def shell(code: str, state: Path) -> Any:
    """Run code in the site; what it prints after the word JOBS."""
    done = manage("shell", "--no-imports", "-c", code, state=state)
    assert done.returncode == 0, done.stderr
    said = [line for line in done.stdout.splitlines() if line.startswith("JOBS ")]
    return json.loads(said[0].removeprefix("JOBS ")) if said else None


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


def states(state: Path, kind: str) -> list[str]:
    return [job["state"] for job in shell(JOBS, state) if job["kind"] == kind]


def test_a_stopped_worker_leaves_its_ingest_to_the_next(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with migrated_site(state, "valkey"):
        with worker(state) as first:
            shell(QUEUE.format(root=many(tmp_path / "code")), state)
            assert eventually(lambda: states(state, "ingest") == ["running"], 60)
            first.terminate()
            first.wait(timeout=30)
        assert states(state, "ingest") == ["cancelled", "queued"]
        with worker(state):
            shell(RECOVER, state)
            assert eventually(lambda: states(state, "ingest")[-1:] == ["succeeded"], 120)
        assert shell(CODEBASE, state)[0] == FILES


def test_a_killed_workers_ingest_is_picked_up_again(tmp_path: Path) -> None:
    state = tmp_path / "state"
    root = many(tmp_path / "code")
    with migrated_site(state, "valkey"):
        with worker(state) as first:
            shell(QUEUE.format(root=root), state)
            assert eventually(lambda: states(state, "ingest") == ["running"], 60)
            first.kill()
            first.wait()
        (lost,) = [job for job in shell(JOBS, state) if job["kind"] == "ingest"]
        assert lost["state"] == "running"  # nobody has looked yet
        with worker(state):
            shell(RECOVER, state)
            assert eventually(lambda: states(state, "ingest")[-1:] == ["succeeded"], 120)
        first_job, second_job = [job for job in shell(JOBS, state) if job["kind"] == "ingest"]
        assert (first_job["state"], second_job["attempt"]) == ("lost", 2)
        assert shell(CODEBASE, state)[0] == FILES
