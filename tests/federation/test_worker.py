"""A worker that dies over a sync: the next one takes up where nothing was lost."""

from __future__ import annotations

from pathlib import Path

from tests.common.bookkeeping import settled
from tests.common.federation import Federation, Program, Site
from tests.common.processes import eventually

WORKER = [
    *("-m", "celery", "-A", "singularity_site", "-q", "worker", "--pool", "threads"),
    *("--concurrency", "2", "--without-gossip", "--without-mingle"),
]
ENQUEUE = "from {module} import {task}; {task}.delay()"
_JOBS = "SELECT count(*) FROM core_job WHERE kind = 'publish' AND state = %s"


def test_a_worker_killed_over_a_sync_blocks_no_later_one(fleet: Federation, tmp_path: Path) -> None:
    alpha = fleet.instances[0]
    fleet.sync()
    worker = Program(WORKER, alpha.variables, tmp_path / "worker.log")
    try:
        worker.start()
        alpha.learner.ask("change", seed=70, facts=130, codebases=2)
        enqueue(alpha, "apps.singularity.publishing.tasks", "sync")
        assert eventually(lambda: jobs(alpha) > 0, 60), worker.log()
        worker.kill()
        alpha.learner.ask("change", seed=71, facts=30, codebases=2)
        worker.start()
        enqueue(alpha, "apps.shared.core.tasks", "recover")
        enqueue(alpha, "apps.singularity.publishing.tasks", "sync")
        assert not settled(fleet), worker.log()
        assert alpha.number(_JOBS, "running") == 0
    finally:
        worker.kill()


def enqueue(site: Site, module: str, task: str) -> None:
    """Have a task run as beat would."""
    site.manage("shell", "--no-imports", "-c", ENQUEUE.format(module=module, task=task))


def jobs(site: Site) -> int:
    """Syncs that were begun."""
    return site.number("SELECT count(*) FROM core_job WHERE kind = 'publish'")
