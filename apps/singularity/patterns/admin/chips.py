"""The kinds above a list, each with its number and its address."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.http import HttpRequest

from apps.singularity.ingestion.admin.filters import ChoiceFilter


def kind_chips(
    request: HttpRequest, changes: Any, *, by: type[ChoiceFilter]
) -> list[dict[str, Any]]:
    """The kinds that the other filters leave, with their numbers; all of them first.

    Args:
        changes: the list, of rows with a ``kind``.
        by: the filter of kinds itself, which says what people call them.
    """
    rows = changes.root_queryset
    for chosen in changes.filter_specs:
        if not isinstance(chosen, by):
            rows = chosen.queryset(request, rows)
    numbers = dict(rows.order_by().values_list("kind").annotate(number=Count("id")))
    kinds = [(kind, name, numbers.get(kind, 0)) for kind, name in by.pairs]
    return [
        {
            "name": name,
            "count": count,
            "current": request.GET.get("kind", "") == value,
            "address": changes.get_query_string({"kind": value}, ["p"])
            if value
            else changes.get_query_string(remove=["kind", "p"]),
        }
        for value, name, count in [("", "All", sum(numbers.values())), *kinds]
        if count or not value
    ]
