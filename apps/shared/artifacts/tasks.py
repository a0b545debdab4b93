"""What a worker of Centralcloud runs for object stores."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from apps.shared.artifacts.services import ArtifactError, stores_sweep
from apps.shared.core.jobs.periodic import periodic_job


@shared_task
@periodic_job("sweep_stores", "Object store clean-up", ArtifactError)
def sweep() -> dict[str, Any]:
    """Clear away what died on its way into an object store."""
    return {"uploads": stores_sweep()}
