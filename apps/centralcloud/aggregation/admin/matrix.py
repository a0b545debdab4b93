"""The whole matrix as a page, and as CSV."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from apps.centralcloud.aggregation.display import facet_of, shown_matrix
from apps.centralcloud.aggregation.selectors.matrix import fleet_matrix
from apps.shared.access.audit import actor_of, audit_record
from apps.shared.core.api.csv import csv_response

COLUMNS = 25


def matrix_page(request: HttpRequest, model_admin: Any) -> HttpResponseBase:
    """A page of instances by name; every cell of every instance as CSV."""
    if not model_admin.has_view_permission(request):
        return HttpResponse(status=403)
    facet, after = facet_of(request), request.GET.get("after", "").replace("\0", "")
    if request.GET.get("format") == "csv":
        audit_record("export.csv", actor=actor_of(request), about=f"matrix of {facet}")
        header = ("instance", facet, "number", "last_changed_at")
        return csv_response(f"matrix-{facet}", header, _cells(facet))
    context = {
        **model_admin.admin_site.each_context(request),
        **shown_matrix(fleet_matrix(facet=facet, after=after), columns=COLUMNS),
        "title": "Who has what",
        "after": after,
    }
    return render(request, "aggregation/matrix_page.html", context)


def _cells(facet: str) -> Iterator[tuple[Any, ...]]:
    after = None
    while after != "":
        page = fleet_matrix(facet=facet, after=after or "")
        for instance, cells in page.instances.items():
            for name, cell in cells.items():
                yield instance, name, cell.number, cell.last_changed_at
        after = page.next
