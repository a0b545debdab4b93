"""What a worker runs."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from apps.shared.core.jobs import outcome_in_row, periodic_job
from apps.shared.nats_bridge.services.asking import NoAnswer
from apps.singularity.guidance import services
from apps.singularity.guidance.selectors.adoptions import offers_due
from apps.singularity.ingestion.tasks import fill_start
from apps.singularity.training import tasks as training
from apps.singularity.training.services import models_told


@shared_task
@periodic_job("request", "Insights and statistics of the fleet", NoAnswer)
def request() -> dict[str, Any]:
    """Ask for what may have been missed."""
    return services.guidance_request()


@shared_task
@periodic_job("models", "Models of the fleet", NoAnswer)
def models_due() -> dict[str, Any]:
    """Ask which models there are, and have those looked at that are due."""
    told = services.evaluations_tell_due()
    said = services.offers_request()
    return said | {"told": told, "queued": _adopt_if_due()}


@shared_task
@periodic_job("adopt due", "Models of the fleet to look at")
def adopt_start() -> dict[str, Any]:
    """Answer rounds that ask for words, and have offers looked at that are due."""
    models_told()
    return {"queued": _adopt_if_due()}


@shared_task
def adopt(job_id: int) -> None:
    """Look at what is due, then train for the rounds that are open."""
    with outcome_in_row(job_id):
        if services.adoption_run(job_id=job_id)["adopted"]:
            fill_start.delay()  # an encoder among them wants vectors
        for job in services.rounds_join():
            training.train.delay(job.pk)


def _adopt_if_due() -> int:
    """How many things are due; the worker that trains looks at them, one after the other."""
    due = len(offers_due()) + len(services.rounds_due())
    if due:
        job, created = services.adoption_order().enqueue()
        if created:
            adopt.delay(job.pk)
    return due
