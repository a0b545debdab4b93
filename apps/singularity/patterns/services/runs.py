"""Mining as a job: one a code base."""

from __future__ import annotations

from typing import Any

from apps.shared.core.jobs import job_enqueue, job_run
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
    return job_enqueue(
        instance=codebase.instance,
        kind=MINE,
        key=_key(codebase),
        label=codebase.name,
        config={"codebase": codebase.pk, "full": full},
    )


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
    with job_run(
        instance=codebase.instance,
        kind=MINE,
        key=_key(codebase),
        label=codebase.name,
        config={"codebase": codebase.pk, "full": full},
        job_id=job_id,
    ) as run:
        report = codebase_mine(codebase=codebase, full=full, run=run, progress=progress)
        run.result = report.numbers()
    return report


def _key(codebase: Any) -> str:
    return f"codebase:{codebase.pk}"
