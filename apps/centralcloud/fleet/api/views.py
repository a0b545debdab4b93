"""REST endpoints of the fleet."""

from __future__ import annotations

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from rest_framework.pagination import CursorPagination

from apps.centralcloud.fleet.api.serializers import InstanceSerializer
from apps.centralcloud.fleet.models import Instance
from apps.centralcloud.fleet.selectors.instances import CONDITIONS, condition_filter
from apps.shared.core.api.pagination import MAX_PAGE_SIZE
from apps.shared.core.api.viewsets import ReadViewSet


class ByName(CursorPagination):
    """Pages by name. Names are unique, so DRF's own cursor is exact here."""

    ordering = "name"
    page_size_query_param = "page_size"
    max_page_size = MAX_PAGE_SIZE


class InstanceFilter(filters.FilterSet):
    """Filters of the list."""

    condition = filters.ChoiceFilter(
        choices=[(name, name) for name in CONDITIONS], method="in_condition"
    )

    class Meta:
        model = Instance
        fields = ("state", "mode")

    def in_condition(self, rows: QuerySet[Instance], _name: str, value: str) -> QuerySet[Instance]:
        """Instances that are so now."""
        return rows.filter(condition_filter(value))


class InstanceViewSet(ReadViewSet[Instance]):
    """The members of the fleet: how each is, what it does, what it has."""

    queryset = Instance.objects.all()
    serializer_class = InstanceSerializer
    pagination_class = ByName
    filterset_class = InstanceFilter
