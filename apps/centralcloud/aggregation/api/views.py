"""What the fleet knows: only what enough instances tell alike."""

from __future__ import annotations

from typing import ClassVar

from django.db.models import Q, QuerySet
from django_filters import rest_framework as filters

from apps.centralcloud.aggregation.api.serializers import FactSerializer
from apps.centralcloud.aggregation.models import GlobalFact, Subject
from apps.centralcloud.aggregation.selectors.facts import facts_shown
from apps.shared.core.api.viewsets import ListViewSet


class FactFilter(filters.FilterSet):
    """Filters of every list of facts."""

    kind = filters.CharFilter(
        help_text="Exact kind of a pattern, category of a framework, ecosystem of a package."
    )
    language = filters.CharFilter(help_text="Exact name of a language.")
    min_instances = filters.NumberFilter(
        field_name="instances", lookup_expr="gte", min_value=0, max_value=2**31 - 1,
        help_text="Least number of instances.",
    )  # fmt: skip
    q = filters.CharFilter(method="with_words", help_text="Words that the content has, all.")

    class Meta:
        model = GlobalFact
        fields: tuple[str, ...] = ()

    def with_words(
        self, rows: QuerySet[GlobalFact], _name: str, value: str
    ) -> QuerySet[GlobalFact]:
        """Facts whose content has every word."""
        return rows.filter(*(Q(name__icontains=word) for word in value.split()))


class FactViewSet(ListViewSet[GlobalFact]):
    """Facts of a subject, those of most instances first."""

    subject: ClassVar[Subject]
    queryset = GlobalFact.objects.none()
    serializer_class = FactSerializer
    filterset_class = FactFilter

    def get_queryset(self) -> QuerySet[GlobalFact]:
        """Those that others may see."""
        return facts_shown(subject=self.subject)


class PatternViewSet(FactViewSet):
    """Code patterns of the fleet."""

    subject = Subject.PATTERN


class ArchitectureViewSet(FactViewSet):
    """Architecture patterns of the fleet."""

    subject = Subject.ARCHITECTURE


class FrameworkViewSet(FactViewSet):
    """Frameworks and tools of the fleet."""

    subject = Subject.FRAMEWORK
