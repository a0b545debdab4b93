"""The audit log in the admin: read, searched, never changed."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import display

from apps.shared.access.models import AuditEntry


class ActionFilter(DropdownFilter):
    """By what was done."""

    title = "action"
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The actions that the log has."""
        rows = AuditEntry.objects.filter(instance=settings.INSTANCE_ID).order_by("action")
        return [(name, name) for name in rows.values_list("action", flat=True).distinct()]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[AuditEntry]
    ) -> QuerySet[AuditEntry]:
        """Entries of the action."""
        return queryset.filter(action=self.value()) if self.value() else queryset


@admin.register(AuditEntry)
class AuditEntryAdmin(ModelAdmin):
    """Who did what, the newest first."""

    list_display = ("at", "who", "action", "target", "outcome_shown", "came")
    list_filter = (
        ActionFilter,
        ("outcome", ChoicesDropdownFilter),
        ("via", ChoicesDropdownFilter),
    )
    list_filter_submit = True
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("actor", "target", "action")
    search_help_text = "Account, what it was done to, or action"
    ordering = ("-id",)
    fields = (
        *("at", "actor", "via", "address", "action", "outcome"),
        *("target", "target_kind", "target_id", "details"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Of this site."""
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.filter(instance=settings.INSTANCE_ID)

    @display(description="Who", ordering="actor")
    def who(self, entry: AuditEntry) -> str:
        """The account, by its name then."""
        return entry.actor

    @display(description="Outcome", label={"done": "success", "refused": "warning"})
    def outcome_shown(self, entry: AuditEntry) -> str:
        """Whether it was done."""
        return entry.outcome

    @display(description="By")
    def came(self, entry: AuditEntry) -> str:
        """The way, and the address."""
        return f"{entry.get_via_display()} {entry.address or ''}".strip()

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Written by what is done alone."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody rewrites it."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody empties it."""
        return False
