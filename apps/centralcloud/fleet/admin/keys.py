"""Public keys in the admin."""

from __future__ import annotations

from django.contrib import admin
from unfold.decorators import display

from apps.centralcloud.fleet.admin.base import FleetAdmin
from apps.centralcloud.fleet.models import InstanceKey


@admin.register(InstanceKey)
class KeyAdmin(FleetAdmin):
    """Which key is or was whose; seeds are nowhere here."""

    list_display = ("public", "instance", "use", "created_at", "retired_at", "revoked_at")
    list_select_related = ("instance",)
    search_fields = ("public", "instance__name")
    search_help_text = "Key or instance"
    fields = ("public", "instance", "created_at", "retired_at", "revoked_at")

    @display(description="Use", label={"in use": "success", "revoked": "danger"})
    def use(self, key: InstanceKey) -> str:
        """Whether it is in use."""
        return key.use
