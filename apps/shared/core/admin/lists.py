"""What every list of the admin can do: tell times, say what to do when empty, and be exported."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst

from apps.shared.access.audit import actor_of, audit_record
from apps.shared.core.api.csv import ROWS, csv_response
from apps.shared.core.times import ago

NOT_EXPORTED = ("BinaryField", "VectorField", "HalfVectorField", "SearchVectorField")
"""Kinds of columns that nobody reads in a table."""
SECRET = ("password",)
"""Columns that leave no database."""
_PAGING = ("p", "all", "e")


class ListAdmin:
    """Mix in before the admin's class.

    ``export_fields`` names the columns of an export, with lookups such as ``codebase__name``;
    without it they are the model's own. ``empty_hint`` is a sentence that says what to do when
    there is nothing yet, and perhaps the command that does it.
    """

    export_fields: ClassVar[tuple[str, ...]] = ()
    empty_hint: ClassVar[tuple[str, ...]] = ()
    opts: Any
    model: Any
    admin_site: Any

    def get_urls(self) -> list[URLPattern]:
        """The admin's addresses, and that of the export before that of a row."""
        view = self.admin_site.admin_view(self.export_view)
        urls: list[URLPattern] = super().get_urls()  # type: ignore[misc]
        return [path("export.csv", view, name=self._export_name()), *urls]

    def get_list_display(self, request: HttpRequest) -> Any:
        """The columns; times by their distance, with the exact one on hovering."""
        columns = super().get_list_display(request)  # type: ignore[misc]
        return [self._relative(column) for column in columns]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, with the address of its export."""
        address = f"{reverse(f'admin:{self._export_name()}')}?{request.GET.urlencode()}"
        context = {"export_url": address.removesuffix("?"), **(extra_context or {})}
        response: HttpResponse = super().changelist_view(request, context)  # type: ignore[misc]
        return response

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """Every row that the list's filters and search leave, as CSV; it is streamed."""
        if not self.has_view_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        asked = request.GET.copy()
        for name in _PAGING:
            asked.pop(name, None)
        request.GET = asked  # type: ignore[assignment]
        try:
            rows = self.get_changelist_instance(request).queryset  # type: ignore[attr-defined]
        except IncorrectLookupParameters:
            return HttpResponseRedirect(f"{reverse(f'admin:{self._list_name()}')}?e=1")
        asked_for = {name: values[-1] for name, values in asked.lists() if values}
        audit_record(
            "export.csv", actor=actor_of(request), about=self.opts.label, filters=asked_for
        )
        columns = self.export_fields or _columns(self.model)
        header = [column.replace("__", ".") for column in columns]
        return csv_response(self.opts.model_name, header, _values(rows, columns))

    def _relative(self, column: Any) -> Any:
        if not isinstance(column, str) or hasattr(self, column):
            return column
        try:
            field = self.opts.get_field(column)
        except FieldDoesNotExist:
            return column
        return _Told(field) if isinstance(field, models.DateTimeField) else column

    def _list_name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_changelist"

    def _export_name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_export"


class _Told:
    """A column of a time by its distance; it sorts as the field does, and answers to its name."""

    def __init__(self, field: models.DateTimeField[Any, Any]) -> None:
        self.__name__ = self.admin_order_field = field.name
        self.short_description = capfirst(field.verbose_name)

    def __call__(self, row: Any) -> Any:
        moment = getattr(row, self.__name__)
        return None if moment is None else ago(moment)

    def __eq__(self, other: object) -> bool:
        return self.__name__ == (other.__name__ if isinstance(other, _Told) else other)

    __hash__ = object.__hash__  # or Django finds the field itself in its tables


def _columns(model: type[models.Model]) -> tuple[str, ...]:
    """The model's own columns; what a foreign key leads to by its name, where it has one."""
    columns: list[str] = []
    for field in model._meta.concrete_fields:  # noqa: SLF001  Django documents _meta
        if type(field).__name__ in NOT_EXPORTED or field.name in SECRET:
            continue
        columns.append(field.attname)
        if field.remote_field and _has_name(field.remote_field.model):
            columns.append(f"{field.name}__name")
    return tuple(columns)


def _has_name(model: Any) -> bool:
    return any(field.name == "name" for field in model._meta.concrete_fields)  # noqa: SLF001


def _values(rows: models.QuerySet[Any], columns: Sequence[str]) -> Iterator[Sequence[Any]]:
    return rows.values_list(*columns).iterator(chunk_size=ROWS)
