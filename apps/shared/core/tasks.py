"""What the workers of every site run."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from celery import shared_task
from django.conf import settings
from django.utils.module_loading import import_string

from apps.shared.core.jobs import jobs_recover, periodic_job


@shared_task
@periodic_job("recover", "Lost jobs")
def recover() -> dict[str, Any]:
    """Bury lost jobs and send the waiting ones to a worker again; a taken job refuses a second.

    The site's wiring says which task runs which kind of job.
    """
    tasks: dict[str, str] = import_module(settings.SITE_WIRING).JOBS
    waiting = [job for job in jobs_recover(instance=settings.INSTANCE_ID) if job.kind in tasks]
    for job in waiting:
        import_string(tasks[job.kind]).delay(job.pk)
    return {"waiting": len(waiting)}
