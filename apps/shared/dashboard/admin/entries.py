"""The audit log as a list like the others; its columns are those of the access app."""

from django.contrib import admin

from apps.shared.access.admin.entries import AuditEntryAdmin
from apps.shared.access.models import AuditEntry
from apps.shared.core.admin.lists import ListAdmin

admin.site.unregister(AuditEntry)


@admin.register(AuditEntry)
class AuditListAdmin(ListAdmin, AuditEntryAdmin):
    """Who did what, the newest first; to be had as a file."""
