"""What lists and rows of the REST API stand on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http.response import HttpResponseBase
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.permissions import SAFE_METHODS
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.viewsets import GenericViewSet

from apps.shared.core.api.csv import MEDIA_TYPE, ROWS, csv_response

M = TypeVar("M", bound=Model)
Row = list[Any]
"""One line of CSV."""


class CsvRenderer(BaseRenderer):
    """Says to the negotiation of content that a list is also to be had as CSV."""

    media_type = MEDIA_TYPE
    format = "csv"
    charset = "utf-8"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """Never reached by a list, which streams its rows."""
        raise NotImplementedError


class SparseFields:
    """``?fields=id,name``: of each row only these."""

    request: Any
    sparse = True

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        """The view's serializer, with the fields that were asked for."""
        serializer = super().get_serializer(*args, **kwargs)  # type: ignore[misc]
        if self.request and self.request.method in SAFE_METHODS:
            _keep(getattr(serializer, "child", serializer), self.request.query_params.get("fields"))
        return serializer


class ListViewSet(SparseFields, ListModelMixin, GenericViewSet[M]):
    """A list: pages by cursor, filters, sparse fields, and all of it as CSV."""

    def get_renderers(self) -> list[BaseRenderer]:
        """Lists as JSON and CSV; everything else as JSON."""
        renderers = super().get_renderers()
        return [*renderers, CsvRenderer()] if self.action == "list" else renderers

    def list(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        """A page of rows, or every row that the filters leave as CSV."""
        if request.accepted_renderer.format != CsvRenderer.format:
            return super().list(request, *args, **kwargs)
        header = list(self.get_serializer().fields)
        name = request.path.rstrip("/").rpartition("/")[2]
        rows = self._rows(self.filter_queryset(self.get_queryset()), header)
        return csv_response(name, header, rows)

    def paginate_queryset(self, queryset: Any) -> Any:
        """A page, prepared."""
        page = super().paginate_queryset(queryset)
        self.prepare(page or [])
        return page

    def prepare(self, rows: Sequence[M]) -> None:
        """Give a batch of rows what the serializer reads of them and no join can bring."""

    def _rows(self, queryset: QuerySet[M], header: Sequence[str]) -> Iterator[Row]:
        batch: list[M] = []
        for row in queryset.iterator(chunk_size=ROWS):
            batch.append(row)
            if len(batch) == ROWS:
                yield from self._serialized(batch, header)
                batch = []
        yield from self._serialized(batch, header)

    def _serialized(self, batch: Sequence[M], header: Sequence[str]) -> Iterator[Row]:
        self.prepare(batch)
        for data in self.get_serializer(batch, many=True).data:
            yield [data.get(name) for name in header]


class ReadViewSet(RetrieveModelMixin, ListViewSet[M]):
    """A list, and each of its rows."""


def _keep(serializer: serializers.BaseSerializer[Any], asked: str | None) -> None:
    if asked is None or not isinstance(serializer, serializers.Serializer):
        return
    names = {name.strip() for name in asked.split(",")}
    if unknown := sorted(names - serializer.fields.keys()):
        known = ", ".join(serializer.fields)
        raise ValidationError({"fields": [f"No field {', '.join(unknown)}; there are {known}."]})
    for name in serializer.fields.keys() - names:
        serializer.fields.pop(name)
