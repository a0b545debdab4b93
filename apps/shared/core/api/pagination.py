"""How lists are cut into pages."""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor as Mark
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request

MAX_PAGE_SIZE = 500
Key = tuple[str, bool]
"""A field of an ordering, and whether it descends."""


class Cursor(CursorPagination):
    """Pages in the queryset's own order, its last key the primary key; up to 500 rows.

    A cursor is the whole key of a row, where DRF's own is the first field and an offset: any
    number of rows may share a value, rows may come and go, and none is shown twice or left out.
    The fields of the order must be columns or annotations that are never NULL.
    """

    page_size_query_param = "page_size"
    max_page_size = MAX_PAGE_SIZE
    _next: Mark | None = None
    _previous: Mark | None = None

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """The page after the cursor, or before it where it points back."""
        self.base_url = request.build_absolute_uri()
        size = self.get_page_size(request) or MAX_PAGE_SIZE
        keys = _keys(queryset)
        mark = self.decode_cursor(request)
        back = bool(mark and mark.reverse)
        rows = _ordered(queryset, keys, back=back)
        if mark:
            rows = rows.filter(_beyond(keys, self._values(queryset, keys, mark), back=back))
        found = list(rows[: size + 1])
        page = found[:size][::-1] if back else found[:size]
        if page and (back or len(found) > size):
            self._next = _mark(page[-1], keys, back=False)
        if page and (len(found) > size if back else mark):
            self._previous = _mark(page[0], keys, back=True)
        return page

    def get_next_link(self) -> str | None:
        """Address of the next page."""
        return self.encode_cursor(self._next) if self._next else None

    def get_previous_link(self) -> str | None:
        """Address of the page before."""
        return self.encode_cursor(self._previous) if self._previous else None

    def _values(self, queryset: QuerySet[Any], keys: list[Key], mark: Mark) -> list[Any]:
        """The key that a cursor stands for; 404 for one that was not made here."""
        try:
            values = [
                _field(queryset, name).to_python(value)
                for (name, _), value in zip(keys, json.loads(str(mark.position)), strict=True)
            ]
        except (TypeError, ValueError, ValidationError):
            values = [None]
        if any(value is None or "\0" in str(value) for value in values):
            raise NotFound(self.invalid_cursor_message)
        return values


def _field(queryset: QuerySet[Any], name: str) -> Any:
    """The column of a key, or what an annotation of that name comes out as."""
    if name in queryset.query.annotations:
        return queryset.query.annotations[name].output_field
    return queryset.model._meta.get_field(name)  # noqa: SLF001  Django documents _meta


def _keys(queryset: QuerySet[Any]) -> list[Key]:
    options = queryset.model._meta  # noqa: SLF001  as above
    names = [str(name) for name in queryset.query.order_by or options.ordering]
    own = options.pk.name
    names = [{"pk": own, "-pk": f"-{own}"}.get(name, name) for name in names]
    if {own, f"-{own}"}.isdisjoint(names):
        names.append(own)
    return [(name.lstrip("-"), name.startswith("-")) for name in names]


def _ordered(queryset: QuerySet[Any], keys: list[Key], *, back: bool) -> QuerySet[Any]:
    return queryset.order_by(
        *(f"-{name}" if descending != back else name for name, descending in keys)
    )


def _beyond(keys: list[Key], values: list[Any], *, back: bool) -> Q:
    """Rows whose key comes after ``values``, or before them: equal up to a field, beyond in it."""
    condition, equal = Q(), Q()
    for (name, descending), value in zip(keys, values, strict=True):
        comparison = "lt" if descending != back else "gt"
        condition |= equal & Q(**{f"{name}__{comparison}": value})
        equal &= Q(**{name: value})
    return condition


def _mark(row: Model, keys: list[Key], *, back: bool) -> Mark:
    values: Any = json.dumps([_value(row, name) for name, _ in keys], default=str)
    return Mark(offset=0, reverse=back, position=values)


def _value(row: Model, name: str) -> Any:
    value = getattr(row, name)
    return value.pk if isinstance(value, Model) else value
