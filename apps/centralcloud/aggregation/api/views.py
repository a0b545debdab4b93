"""What the fleet knows: only what enough instances tell alike."""

from __future__ import annotations

from datetime import UTC
from typing import Any, ClassVar

from django.db.models import Max, Q, QuerySet
from django.db.models.functions import Trunc
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.centralcloud.aggregation.api.serializers import (
    FactSerializer,
    HolderSerializer,
    SnapshotSerializer,
)
from apps.centralcloud.aggregation.models import GlobalFact, StatisticsSnapshot, Subject
from apps.centralcloud.aggregation.selectors.facts import fact_holders, facts_shown
from apps.shared.core.api.filters import MomentFilter
from apps.shared.core.api.viewsets import ListViewSet, ReadViewSet

HOLDERS = 1000
"""Instances that one answer names at most."""


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


class FactViewSet(ReadViewSet[GlobalFact]):
    """Facts of a subject, those of most instances first."""

    subject: ClassVar[Subject]
    queryset = GlobalFact.objects.none()
    serializer_class = FactSerializer
    filterset_class = FactFilter
    lookup_field = "key"
    lookup_value_regex = "[^/?]+"

    def get_queryset(self) -> QuerySet[GlobalFact]:
        """Those that others may see."""
        return facts_shown(subject=self.subject)

    @extend_schema(responses=HolderSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def holders(self, _request: Request, **_kwargs: Any) -> Response:
        """Who has it: each instance with its code bases and occurrences, those of most first."""
        rows = fact_holders(self.get_object())[:HOLDERS]
        return Response(HolderSerializer(rows, many=True).data)


class PatternViewSet(FactViewSet):
    """Code patterns of the fleet."""

    subject = Subject.PATTERN


class ArchitectureViewSet(FactViewSet):
    """Architecture patterns of the fleet."""

    subject = Subject.ARCHITECTURE


class FrameworkViewSet(FactViewSet):
    """Frameworks and tools of the fleet."""

    subject = Subject.FRAMEWORK


BUCKETS = ("hour", "day", "week", "month")


class SnapshotFilter(filters.FilterSet):
    """Filters of the history."""

    since = MomentFilter(field_name="generated_at", lookup_expr="gte", help_text="From then.")
    until = MomentFilter(field_name="generated_at", lookup_expr="lt", help_text="Before then.")
    bucket = filters.ChoiceFilter(
        choices=[(one, one) for one in BUCKETS],
        method="last_of_each",
        help_text="Only the last ones of each such span, in UTC.",
    )

    class Meta:
        model = StatisticsSnapshot
        fields: tuple[str, ...] = ()

    def last_of_each(
        self, rows: QuerySet[StatisticsSnapshot], _name: str, value: str
    ) -> QuerySet[StatisticsSnapshot]:
        """The newest snapshot of each span."""
        spans = rows.order_by().values(span=Trunc("generated_at", value, tzinfo=UTC))
        return rows.filter(revision__in=spans.annotate(last=Max("revision")).values("last"))


class HistoryViewSet(ListViewSet[StatisticsSnapshot]):
    """The fleet's statistics over time, the newest first."""

    queryset = StatisticsSnapshot.objects.order_by("-revision")
    serializer_class = SnapshotSerializer
    filterset_class = SnapshotFilter
