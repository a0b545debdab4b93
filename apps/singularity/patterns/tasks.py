"""What a worker runs: each task parses, calls one service, and lets the job row report."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from django.conf import settings

from apps.shared.core.jobs import outcome_in_row, periodic_job
from apps.shared.core.models import Job
from apps.singularity.ingestion.selectors.codebases import codebase_get, codebases_of
from apps.singularity.patterns import services


@shared_task
def mine(job_id: int) -> None:
    """Run a queued mining."""
    job = Job.objects.get(id=job_id, instance=settings.INSTANCE_ID)
    codebase = codebase_get(instance=settings.INSTANCE_ID, codebase_id=job.config["codebase"])
    with outcome_in_row(job_id, services.MiningError):
        services.mine_run(codebase=codebase, full=bool(job.config.get("full")), job_id=job_id)


@shared_task
@periodic_job("mine due", "Code bases to mine", services.MiningError)
def mine_all() -> dict[str, Any]:
    """Queue a mining of every code base that has changed since its last one."""
    due = [
        codebase
        for codebase in codebases_of(instance=settings.INSTANCE_ID)
        if services.mining_due(codebase=codebase)
    ]
    for codebase in due:
        job, _ = services.mine_enqueue(codebase=codebase)
        mine.delay(job.pk)
    return {"due": len(due)}
