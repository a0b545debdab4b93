"""The sign of life: who, which version, and what this instance does now."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from apps.shared.contracts.payloads import Heartbeat, JobNow
from apps.shared.core.jobs.status import JobStatus, jobs_active
from apps.shared.core.version import VERSION
from apps.shared.nats_bridge.selectors import traffic
from apps.singularity.ingestion.selectors.published import languages_ranked
from apps.singularity.ingestion.selectors.totals import codebase_totals
from apps.singularity.patterns.selectors.changed import held_counts

STARTED_AT = timezone.now()
"""When this process began to send signs of life."""
JOBS_SHOWN = 50
LANGUAGES_SHOWN = 20


def heartbeat() -> Heartbeat | None:
    """The heartbeat to send now; none where nothing may leave.

    Of jobs only their kinds are told: their labels are names of code bases.
    """
    if settings.PUBLISH == "off":
        return None
    instance = settings.INSTANCE_ID
    totals, going = codebase_totals(instance=instance), traffic()
    waiting = timezone.now() - (going.oldest_unsent or timezone.now())
    patterns, frameworks = held_counts(instance=instance)
    running = [one for one in jobs_active(instance=instance) if one.running]
    return Heartbeat(
        version=VERSION,
        mode=settings.INSTANCE_MODE,
        started_at=STARTED_AT,
        jobs=tuple(_job(one) for one in running[:JOBS_SHOWN]),
        codebases=len(totals),
        files=sum(one.files for one in totals.values()),
        patterns=patterns,
        frameworks=frameworks,
        languages=languages_ranked(instance=instance)[:LANGUAGES_SHOWN],
        queued=going.unsent,
        lag_seconds=max(waiting, timedelta()).total_seconds(),
    )


def _job(status: JobStatus) -> JobNow:
    elapsed = status.elapsed or timedelta()
    return JobNow(
        kind=status.job.kind.replace(" ", "_"),
        done=max(status.done, 0),
        total=max(status.total, 0),
        unit=status.unit,
        elapsed_seconds=elapsed.total_seconds(),
        loss=_finite(status.job.progress.get("loss")),
    )


def _finite(loss: Any) -> float | None:
    """A loss that can be told; a training that has gone astray has none."""
    return loss if isinstance(loss, (int, float)) and math.isfinite(loss) else None
