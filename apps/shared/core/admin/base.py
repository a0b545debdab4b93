"""Admin of rows that belong to one instance and that people read rather than write."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.http import urlencode
from unfold.admin import ModelAdmin

from apps.shared.core.admin.lists import ListAdmin

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


class InstanceAdmin(ListAdmin, ModelAdmin):
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

    def list_context(self, request: HttpRequest, changes: ChangeList) -> dict[str, Any]:
        """What the list's template needs besides the rows."""
        return {}

    def row_context(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """What the template of a row's page needs besides its fields."""
        return {}

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, with its context."""
        response: HttpResponse = super().changelist_view(request, extra_context)
        context = response.context_data if isinstance(response, TemplateResponse) else None
        if context and "cl" in context:  # an action's own page has no list
            context |= self.list_context(request, context["cl"])
        return response

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """A row's page, with its context."""
        if (row := context.get("original")) is not None:
            context |= self.row_context(request, row)
        response: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return response

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
