"""The admin's index, and the accounts, tokens and schedules that both sites show."""

from django.contrib import admin

from apps.shared.dashboard.admin import accounts, entries, headers, schedules

__all__ = ["accounts", "entries", "headers", "schedules"]

admin.site.index_title = "Dashboard"
admin.site.index_template = "dashboard/index.html"
