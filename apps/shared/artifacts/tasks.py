"""What a worker runs for bundles."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from apps.shared.artifacts.services import ArtifactError, bundles_prune, stores_prune
from apps.shared.core.jobs.periodic import periodic_job


@shared_task
@periodic_job("prune_bundles", "Old model files", ArtifactError)
def prune() -> dict[str, Any]:
    """Remove bundles that nobody needs any more, and what died on its way into a store."""
    return {"bundles": bundles_prune(), "objects": stores_prune()}
