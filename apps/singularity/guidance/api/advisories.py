"""What was told of packages, and what of it concerns this instance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters

from apps.shared.core.api.viewsets import ListViewSet
from apps.singularity.guidance.api.serializers import AdvisorySerializer
from apps.singularity.guidance.models import Advisory
from apps.singularity.guidance.selectors.advisories import (
    advisories_here,
    advisories_joined,
    advisories_told,
)


class AdvisoryFilter(filters.FilterSet):
    """Filters of the list."""

    all = filters.BooleanFilter(
        method="also_others", help_text="Whether to list those that concern nothing here too."
    )

    class Meta:
        model = Advisory
        fields = ("kind", "severity", "purl")

    def also_others(self, rows: QuerySet[Any], _name: str, _value: bool) -> QuerySet[Any]:  # noqa: FBT001  django-filter passes it so
        """Nothing more to leave out: ``filter_queryset`` has."""
        return rows

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Leave out what concerns nothing here, then filter."""
        if not self.form.cleaned_data.get("all"):
            queryset = queryset.filter(pk__in=[one.advisory.pk for one in advisories_here()])
        rows: QuerySet[Any] = super().filter_queryset(queryset)
        return rows


class AdvisoryViewSet(ListViewSet[Advisory]):
    """Packages to look at, worst first: vulnerable, withdrawn or deprecated versions in use."""

    queryset = Advisory.objects.none()
    serializer_class = AdvisorySerializer
    filterset_class = AdvisoryFilter

    def get_queryset(self) -> QuerySet[Advisory]:
        """What holds, of this instance."""
        return advisories_told()

    def prepare(self, rows: Sequence[Advisory]) -> None:
        """Each row with what it concerns."""
        for one in advisories_joined(rows):
            one.advisory.here = one.here  # type: ignore[attr-defined]  # what the serializer reads
