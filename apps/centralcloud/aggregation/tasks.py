"""What a worker runs: each task calls one service, and the job row has what it returns."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from celery import shared_task

from apps.centralcloud.aggregation.services.adding_up import facts_aggregate
from apps.centralcloud.aggregation.services.cleaning import aggregates_clean
from apps.centralcloud.aggregation.services.statistics import statistics_generate
from apps.shared.core.jobs.periodic import periodic_job


@shared_task
@periodic_job("aggregate", "Adding up what changed")
def aggregate() -> dict[str, Any]:
    """Add up the facts whose contributions changed."""
    return asdict(facts_aggregate())


@shared_task
@periodic_job("statistics", "Statistics of the fleet")
def statistics() -> dict[str, Any]:
    """Compute global statistics and queue them for the instances."""
    computed = statistics_generate()
    return {"contributions": computed.contributions, "shared": computed.shared_patterns}


@shared_task
@periodic_job("clean_up", "Cleaning up aggregates")
def clean_up() -> dict[str, Any]:
    """Remove what is past its retention."""
    return dict(aggregates_clean())
