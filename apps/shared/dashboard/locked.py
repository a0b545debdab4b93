"""What django-axes answers to who failed to log in too often."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from apps.shared.core.api.errors import API, problem_response


def locked(request: HttpRequest, _response: Any, credentials: dict[str, Any]) -> HttpResponse:
    """429 with the number of seconds: a page, or a problem for programs."""
    seconds = int(settings.AXES_COOLOFF_TIME.total_seconds())
    wait = {"Retry-After": str(seconds)}
    if request.path.startswith(API):
        detail = f"Too many failed logins: try again in {seconds // 60} minutes."
        return problem_response(429, code="locked", detail=detail, headers=wait)
    context = {
        **admin.site.each_context(request),
        "title": "Locked",
        "name": (credentials or {}).get("username", ""),
        "failures": settings.AXES_FAILURE_LIMIT,
        "minutes": seconds // 60,
    }
    page = render(request, "dashboard/locked.html", context, status=429)
    page["Retry-After"] = wait["Retry-After"]
    return page
