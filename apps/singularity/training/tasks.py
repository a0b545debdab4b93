"""What the worker of the queue ``training`` runs."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from django.conf import settings

from apps.shared.core.jobs import outcome_in_row
from apps.shared.core.jobs.periodic import periodic_job
from apps.shared.core.models import Job
from apps.singularity.ingestion.tasks import fill_start
from apps.singularity.training import services
from apps.singularity.training.selectors import run_get


@shared_task
def train(job_id: int) -> None:
    """Train a queued run; then let those know who announce models."""
    job = Job.objects.get(id=job_id, instance=settings.INSTANCE_ID)
    with outcome_in_row(job_id, *services.FAILURES):
        services.train_run(run=run_get(reference=job.config["run"]), job_id=job_id)
        services.models_told()
        fill_start.delay()  # a tuned encoder taken into use wants vectors; none missing: no work


@shared_task
@periodic_job("prune_runs", "Old training runs")
def prune() -> dict[str, Any]:
    """Give back the disk of old runs, also where none ended well since."""
    return {"runs": services.runs_prune()}
