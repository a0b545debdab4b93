"""Admin of rows that belong to one instance and that people read rather than write."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.http import urlencode
from unfold.admin import ModelAdmin

COUNT_LIMIT = 10_000
"""Rows that a list counts and pages through; a filter narrows it down to the rest."""


class BoundedPaginator(Paginator):  # type: ignore[type-arg]  # generic in stubs only
    """Counts up to ``COUNT_LIMIT`` rows: a list of millions opens as fast as a small one."""

    template_name = "core/pagination.html"

    @cached_property
    def count(self) -> int:
        """Rows in the list, at most ``COUNT_LIMIT``."""
        return min(self._counted, COUNT_LIMIT)

    @property
    def has_more(self) -> bool:
        """Whether there are rows beyond those counted."""
        return self._counted > COUNT_LIMIT

    @cached_property
    def _counted(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by()[: COUNT_LIMIT + 1].count())


class InstanceAdmin(ModelAdmin):
    """Only rows of this instance; learned facts are read, not edited."""

    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = BoundedPaginator
    list_filter_submit = True
    list_before_template = "core/list_style.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Rows of this instance."""
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.filter(instance=settings.INSTANCE_ID)

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """The fields; long values break instead of widening a narrow screen."""
        return [
            (name, {**options, "classes": ("min-w-0", *options.get("classes", ()))})
            for name, options in super().get_fieldsets(request, obj)
        ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds what is learned."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody edits what is learned."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """What is learned goes with its source."""
        return False


def list_url(model: type[Model], **filters: str | int) -> str:
    """Address of a model's list, with these filters set."""
    address = reverse(f"admin:{_name(model)}_changelist")
    return f"{address}?{urlencode(filters)}" if filters else address


def row_url(row: Model) -> str:
    """Address of a row's own page."""
    return reverse(f"admin:{_name(type(row))}_change", args=[row.pk])


def _name(model: type[Model]) -> str:
    return model._meta.label_lower.replace(".", "_")  # noqa: SLF001  Django documents _meta


def link(address: str, text: object) -> str:
    """An inline link."""
    return format_html('<a href="{}" class="text-link break-words">{}</a>', address, text)
