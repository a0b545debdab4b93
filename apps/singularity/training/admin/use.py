"""Take a model into use, or go back to the one before."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect

from apps.shared.access.audit import actor_of, audit_record
from apps.shared.core.admin.base import list_url, row_url
from apps.singularity.training.models import ModelInUse
from apps.singularity.training.selectors import models_in_use, models_of
from apps.singularity.training.services import FAILURES, model_roll_back, model_use


def can_use(request: HttpRequest) -> bool:
    """Who may choose what answers."""
    return bool(request.user.has_perm("training.change_modelinuse"))


def use_now(request: HttpRequest, object_id: int, model_admin: Any) -> HttpResponse:
    """Take one model into use, and go back to its page."""
    _check(request)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    model = get_object_or_404(models_of(), pk=object_id)
    try:
        with transaction.atomic():
            model_use(model=model, reason=f"Chosen by {request.user.get_username()}.")
            audit_record("model.use", actor=actor_of(request), about=model)
        messages.success(request, f"{model} answers now for {model.kind} of {model.scope}.")
    except FAILURES as error:
        messages.warning(request, str(error))
    return redirect(row_url(model))


def roll_back_now(request: HttpRequest, object_id: int, model_admin: Any) -> HttpResponse:
    """Use again the model before, and go back to the list."""
    _check(request)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    row = get_object_or_404(models_in_use(), pk=object_id)
    try:
        with transaction.atomic():
            used = model_roll_back(kind=row.kind, scope=row.scope)
            audit_record("model.roll_back", actor=actor_of(request), about=used.model)
        messages.success(request, f"{used.model} answers again for {row.kind} of {row.scope}.")
    except FAILURES as error:
        messages.warning(request, str(error))
    return redirect(list_url(ModelInUse))


def _check(request: HttpRequest) -> None:
    if not can_use(request):
        raise PermissionDenied
