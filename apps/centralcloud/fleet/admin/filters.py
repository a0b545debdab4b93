"""Filters of the list of instances."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import DropdownFilter

from apps.centralcloud.fleet.models import Instance
from apps.centralcloud.fleet.selectors.instances import CONDITIONS, condition_filter


class ConditionFilter(DropdownFilter):
    """By how they are: online, stale, ... or shut out."""

    title = "condition"
    parameter_name = "condition"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """All there are."""
        return [(name, name) for name in CONDITIONS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Instance]) -> QuerySet[Instance]:
        """Instances in the condition; an unknown one is no filter."""
        if self.value() not in CONDITIONS:
            return queryset
        return queryset.filter(condition_filter(self.value()))
