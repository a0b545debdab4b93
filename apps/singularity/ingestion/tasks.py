"""What a worker runs: each task parses, calls one service, and lets the job row report."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from django.conf import settings

from apps.shared.core.jobs import outcome_in_row, periodic_job
from apps.shared.core.models import Job
from apps.singularity.ingestion import services
from apps.singularity.ingestion.engine.embedding import EmbedderError
from apps.singularity.ingestion.engine.errors import IngestError
from apps.singularity.ingestion.models import Codebase
from apps.singularity.ingestion.selectors import embedder_setting, vector_progress

_FAILURES = (IngestError, EmbedderError)


@shared_task
def ingest(job_id: int) -> None:
    """Run a queued ingest job, then have the vectors filled in."""
    job = Job.objects.get(id=job_id, instance=settings.INSTANCE_ID)
    codebase = Codebase.objects.get(id=job.config["codebase"], instance=settings.INSTANCE_ID)
    with outcome_in_row(job_id, *_FAILURES):
        services.ingest_run(codebase=codebase, full=bool(job.config.get("full")), job_id=job_id)
        _fill_if_due()


@shared_task
def fill(job_id: int) -> None:
    """Run a queued job that fills in vectors."""
    with outcome_in_row(job_id, *_FAILURES):
        services.fill_run(instance=settings.INSTANCE_ID, job_id=job_id)


@shared_task
@periodic_job("embed due", "Missing vectors")
def fill_start() -> dict[str, Any]:
    """Queue a fill if vectors are missing or another model was chosen."""
    return {"queued": int(_fill_if_due())}


def _fill_if_due() -> bool:
    """Whether a fill was queued. One that runs already takes in what came since it began."""
    progress = vector_progress(instance=settings.INSTANCE_ID)
    setting = embedder_setting(instance=settings.INSTANCE_ID)
    complete = progress.vectors == progress.texts and progress.setting == setting
    if complete or services.fill_running(instance=settings.INSTANCE_ID):
        return False
    job, _ = services.fill_enqueue(instance=settings.INSTANCE_ID)
    fill.delay(job.pk)
    return True
