"""The admin index, and one panel of it for the page to renew."""

from __future__ import annotations

import math
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from apps.shared.core.models import Job
from apps.shared.dashboard.frame import Rendered, once, panel_render, panels

BUSY_SECONDS = 2
IDLE_SECONDS = 15
WATCHING_SHARE = 0.05


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add the panels to the admin index; django-unfold's DASHBOARD_CALLBACK."""
    rendered = [
        Rendered(panel, "", "", 0.0) if panel.later else panel_render(panel, request)
        for panel in panels()
    ]
    boxes = [_box(request, one, awaited=one.panel.later) for one in rendered if _shown(one)]
    return context | {"panels": boxes}


def panel(request: HttpRequest, name: str) -> HttpResponse:
    """One panel's box."""
    for candidate in panels():
        if candidate.name == name:
            box = _box(request, panel_render(candidate, request))
            return render(request, "dashboard/panel.html", {"box": box})
    raise Http404(f"there is no panel {name!r}")


def _shown(box: Rendered) -> bool:
    """A panel with nothing to say takes no room, unless something may come."""
    return bool(box.html.strip() or box.error or box.panel.live or box.panel.later)


def _box(request: HttpRequest, box: Rendered, *, awaited: bool = False) -> dict[str, Any]:
    """A rendered panel with the seconds after which it asks again; at once while it is awaited.

    One that is dear to count asks less often, so that watching takes little from the work.
    """
    pace = BUSY_SECONDS if once(request, "busy", _busy) else IDLE_SECONDS
    seconds = max(pace, math.ceil(box.seconds / WATCHING_SHARE))
    return {
        "panel": box.panel,
        "html": box.html,
        "error": box.error,
        "refresh_seconds": seconds,
        "awaited": awaited,
    }


def _busy() -> bool:
    unfinished = (Job.State.QUEUED, Job.State.RUNNING)
    return Job.objects.filter(instance=settings.INSTANCE_ID, state__in=unfinished).exists()
