"""Places lead to files: resolved when somebody follows one, not for each that is shown."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from apps.singularity.ingestion.selectors.places import file_at

LARGEST_ID = 2**63 - 1


def place_page(request: HttpRequest, model_admin: Any) -> HttpResponse:
    """Go to the file; where the path is a folder or has gone, to the files with it in theirs."""
    if not model_admin.has_view_permission(request):
        return HttpResponse(status=403)
    reference, path = request.GET.get("codebase", ""), request.GET.get("path", "")
    codebase = int(reference) if reference.isdecimal() else 0
    known = 0 < codebase <= LARGEST_ID and path and "\0" not in path
    file = file_at(instance=settings.INSTANCE_ID, codebase=codebase, path=path) if known else None
    if file is not None:
        return redirect("admin:ingestion_file_change", file)
    query = urlencode([("codebase__id__exact", codebase), ("q", path)])
    return redirect(f"{reverse('admin:ingestion_file_changelist')}?{query}")
