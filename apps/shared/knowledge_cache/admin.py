"""Cached answers and copies in the admin: read, and cached ones forgotten."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import action

from apps.shared.access.audit import actor_of, audit_record
from apps.shared.core.admin.base import InstanceAdmin
from apps.shared.knowledge_cache.models import Copy, Entry, Tally
from apps.shared.knowledge_cache.services.forgetting import entries_forget


class SiteAdmin(InstanceAdmin):
    """Rows of this site, which alone is in its database."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """All."""
        rows: QuerySet[Any] = super(InstanceAdmin, self).get_queryset(request)
        return rows


@admin.register(Entry)
class EntryAdmin(SiteAdmin):
    """Answers kept in the database."""

    list_display = ("kind", "question", "asked", "seconds", "bytes", "made_at", "asked_at")
    list_filter = ("kind",)
    actions = ("forget",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Lists leave the answers where they are."""
        return super().get_queryset(request).defer("value")

    def has_forget_permission(self, request: HttpRequest) -> bool:
        """Who may have answers worked out anew."""
        return bool(request.user.has_perm("knowledge_cache.change_entry"))

    @action(description="Forget, and all of the same sources", permissions=["forget"])
    def forget(self, request: HttpRequest, queryset: QuerySet[Entry]) -> None:
        """Have the chosen ones worked out anew."""
        with transaction.atomic():
            number = entries_forget(ids=list(queryset.values_list("id", flat=True)))
            audit_record("cache.forget", actor=actor_of(request), answers=number)
        messages.success(request, f"{number:,} answers are worked out anew when asked.")


@admin.register(Copy)
class CopyAdmin(SiteAdmin):
    """Copies of Centralcloud's answers."""

    list_display = ("kind", "key", "own", "answered_at", "received_at", "asked")
    list_filter = ("kind", "own")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Of this site, without the answers."""
        rows = super().get_queryset(request).filter(instance=settings.IDENTITY.name)
        return rows.defer("value")


@admin.register(Tally)
class TallyAdmin(SiteAdmin):
    """Where answers were found."""

    list_display = ("kind", "near", "kept", "made", "since")
