"""What a worker runs for cached answers."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from apps.shared.core.jobs.periodic import periodic_job
from apps.shared.knowledge_cache.services.cleaning import cache_clean
from apps.shared.knowledge_cache.services.upkeep import UpkeepFailed, cache_refresh
from apps.shared.knowledge_cache.services.warming import cache_prewarm


@shared_task
@periodic_job("clean cache", "Cached answers that nobody asks for")
def clean() -> dict[str, Any]:
    """Delete what nobody asks for any more."""
    return cache_clean()


@shared_task
@periodic_job("refresh cache", "Materialized views and copies", UpkeepFailed)
def refresh() -> dict[str, Any]:
    """Refresh views, tell what changed with them, and catch up with what others tell."""
    return cache_refresh()


@shared_task
@periodic_job("prewarm cache", "Answers that are asked most")
def prewarm() -> dict[str, Any]:
    """Work out again what is asked most."""
    return cache_prewarm()
