"""What the fleet's lists have in common."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from apps.shared.core.admin.base import InstanceAdmin


class FleetAdmin(InstanceAdmin):
    """Read, not edited: what changes here, changes by services."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Rows of all instances: the fleet is Centralcloud's own."""
        rows: QuerySet[Any] = super(InstanceAdmin, self).get_queryset(request)
        return rows
