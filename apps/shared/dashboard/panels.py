"""Panels that every site may show."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from apps.shared.core.jobs.status import jobs_recent
from apps.shared.dashboard.frame import Panel

JOBS_SHOWN = 6


def _jobs(_request: HttpRequest) -> dict[str, Any]:
    return {"jobs": jobs_recent(instance=settings.INSTANCE_ID, limit=JOBS_SHOWN)}


JOBS = Panel("jobs", "Jobs", "dashboard/jobs.html", _jobs, live=True)
