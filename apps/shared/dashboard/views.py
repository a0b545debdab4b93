"""The admin index, and one panel of it for the page to renew."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from apps.shared.core.models import Job
from apps.shared.dashboard.frame import Rendered, once, panel_render, panels

BUSY_SECONDS = 2
IDLE_SECONDS = 15


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add the panels to the admin index; django-unfold's DASHBOARD_CALLBACK."""
    rendered = [panel_render(panel, request) for panel in panels()]
    return context | {"panels": [box for box in rendered if _shown(box)]} | _pace(request)


def panel(request: HttpRequest, name: str) -> HttpResponse:
    """One panel's box."""
    for candidate in panels():
        if candidate.name == name:
            box = panel_render(candidate, request)
            return render(request, "dashboard/panel.html", {"box": box} | _pace(request))
    raise Http404(f"there is no panel {name!r}")


def _shown(box: Rendered) -> bool:
    """A panel with nothing to say takes no room, unless something may come."""
    return bool(box.html.strip() or box.error or box.panel.live)


def _pace(request: HttpRequest) -> dict[str, int]:
    busy = once(request, "busy", _busy)
    return {"refresh_seconds": BUSY_SECONDS if busy else IDLE_SECONDS}


def _busy() -> bool:
    unfinished = (Job.State.QUEUED, Job.State.RUNNING)
    return Job.objects.filter(instance=settings.INSTANCE_ID, state__in=unfinished).exists()
