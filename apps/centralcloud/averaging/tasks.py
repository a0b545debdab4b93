"""What a worker runs: each task calls one service, and the job row has what it returns."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from apps.centralcloud.averaging.services import round_close, rounds_due
from apps.shared.core.jobs.periodic import periodic_job


@shared_task
@periodic_job("close_rounds", "Closing averaging rounds")
def close_due() -> dict[str, Any]:
    """Close every round that is due, and say what became of each."""
    closed = [done for round_id in rounds_due() if (done := round_close(round_id=round_id))]
    return {
        "aggregates": [done.version for done in closed if done.version],
        "open": {done.round: done.reason for done in closed if done.reason},
    }
