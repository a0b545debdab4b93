"""What a worker runs: each task parses, calls one service, and lets the job row report."""

from __future__ import annotations

from celery import shared_task
from django.conf import settings

from apps.shared.core.jobs import outcome_in_row
from apps.shared.core.models import Job
from apps.singularity.ingestion import services
from apps.singularity.ingestion.engine.embedding import EmbedderError
from apps.singularity.ingestion.engine.errors import IngestError
from apps.singularity.ingestion.models import Codebase
from apps.singularity.ingestion.selectors import vector_progress

_FAILURES = (IngestError, EmbedderError)


@shared_task
def ingest(job_id: int) -> None:
    """Run a queued ingest job, then have the vectors filled in."""
    job = Job.objects.get(id=job_id, instance=settings.INSTANCE_ID)
    codebase = Codebase.objects.get(id=job.config["codebase"], instance=settings.INSTANCE_ID)
    with outcome_in_row(job_id, *_FAILURES):
        services.ingest_run(codebase=codebase, full=bool(job.config.get("full")), job_id=job_id)
        fill_start()


@shared_task
def fill(job_id: int) -> None:
    """Run a queued job that fills in vectors."""
    with outcome_in_row(job_id, *_FAILURES):
        services.fill_run(instance=settings.INSTANCE_ID, job_id=job_id)


@shared_task
def fill_start() -> None:
    """Queue a fill if vectors are missing; beat calls this too, to make up for those left over.

    A fill that runs already takes in what came since it began.
    """
    progress = vector_progress(instance=settings.INSTANCE_ID)
    complete = progress.vectors == progress.texts and progress.setting == settings.EMBEDDER
    if complete or services.fill_running(instance=settings.INSTANCE_ID):
        return
    job, _ = services.fill_enqueue(instance=settings.INSTANCE_ID)
    fill.delay(job.pk)
