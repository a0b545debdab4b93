"""Dismiss an insight, or have it shown again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from apps.shared.access.audit import actor_of, audit_record
from apps.singularity.guidance.services import (
    UnknownInsight,
    insight_dismiss,
    insight_restore,
)


def can_mark(request: HttpRequest) -> bool:
    """Who may decide what others see no more."""
    return bool(request.user.has_perm("guidance.change_insight"))


def dismiss(request: HttpRequest, model_admin: Any) -> HttpResponse:
    """Show one no more, and go back to the page."""
    return _marked(
        request, insight_dismiss, "dismiss", "Dismissed: the filter Shown finds it again."
    )


def restore(request: HttpRequest, model_admin: Any) -> HttpResponse:
    """Show one again, and go back to the page."""
    return _marked(request, insight_restore, "restore", "It is shown again.")


def _marked(request: HttpRequest, mark: Callable[..., None], verb: str, done: str) -> HttpResponse:
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if not can_mark(request):
        raise PermissionDenied
    try:
        key = request.POST.get("key", "")
        with transaction.atomic():
            mark(key=key)
            audit_record(f"insight.{verb}", actor=actor_of(request), about=key)
        messages.success(request, done)
    except UnknownInsight as error:
        messages.warning(request, str(error))
    address = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(address, allowed_hosts={request.get_host()}):
        address = "admin:guidance_insight_changelist"
    return redirect(address)
