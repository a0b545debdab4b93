"""Mining as a job: one a code base."""

from __future__ import annotations

from typing import Any

from apps.shared.core.jobs import JobOrder
from apps.shared.core.models import Job
from apps.singularity.patterns.services.mining import (
    MiningReport,
    Progress,
    codebase_mine,
    silent,
)

MINE = "mine"


def mine_enqueue(*, codebase: Any, full: bool = False) -> tuple[Job, bool]:
    """Record that a worker shall mine; returns the waiting job and whether it is new."""
    return _order(codebase, full=full).enqueue()


def mine_run(
    *,
    codebase: Any,
    full: bool = False,
    job_id: int | None = None,
    progress: Progress = silent,
) -> MiningReport:
    """Mine under a job row.

    Raises:
        JobAlreadyRunning: the code base is being mined by another process.
    """
    with _order(codebase, full=full).run(job_id=job_id) as run:
        report = codebase_mine(codebase=codebase, full=full, run=run, progress=progress)
        run.result = report.numbers()
    return report


def _order(codebase: Any, *, full: bool) -> JobOrder:
    return JobOrder(
        instance=codebase.instance,
        kind=MINE,
        key=f"codebase:{codebase.pk}",
        label=codebase.name,
        config={"codebase": codebase.pk, "full": full},
    )
