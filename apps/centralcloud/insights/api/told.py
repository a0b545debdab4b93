"""What is told now, as lists: insights for all, and recommendations of every instance."""

from __future__ import annotations

from typing import ClassVar, get_args

from django_filters import rest_framework as filters
from rest_framework import serializers

from apps.centralcloud.insights.models import Insight, Recommendation
from apps.shared.contracts.payloads.insights import InsightKind, SubjectKind
from apps.shared.core.api.viewsets import ListViewSet

FIELDS = (
    "key", "kind", "subject", "subject_key", "subject_kind", "language", "name", "reason",
    "score", "evidence", "first_told_at", "changed_at",
)  # fmt: skip
HELP = {
    "reason": {"help_text": "Why it is told, in one sentence."},
    "evidence": {"help_text": "The numbers that it stands on."},
}


class InsightSerializer(serializers.ModelSerializer[Insight]):
    """Something that is of interest to all."""

    class Meta:
        model = Insight
        fields = FIELDS
        extra_kwargs: ClassVar = HELP


class RecommendationSerializer(serializers.ModelSerializer[Recommendation]):
    """What one instance is told."""

    class Meta:
        model = Recommendation
        fields = ("instance", *FIELDS)
        extra_kwargs: ClassVar = HELP


class InsightFilter(filters.FilterSet):
    """Filters of insights."""

    kind = filters.ChoiceFilter(
        choices=[(one, one) for one in get_args(InsightKind)], help_text="Exact kind."
    )
    subject = filters.ChoiceFilter(
        choices=[(one, one) for one in get_args(SubjectKind)], help_text="What it is about."
    )
    language = filters.CharFilter(help_text="Exact name of a language.")

    class Meta:
        model = Insight
        fields: tuple[str, ...] = ()


class RecommendationFilter(InsightFilter):
    """Filters of recommendations."""

    instance = filters.CharFilter(help_text="Exact name of an instance.")

    class Meta:
        model = Recommendation
        fields: tuple[str, ...] = ()


class InsightViewSet(ListViewSet[Insight]):
    """Insights for all, best first."""

    queryset = Insight.objects.order_by("-score", "key", "id")
    serializer_class = InsightSerializer
    filterset_class = InsightFilter


class RecommendationViewSet(ListViewSet[Recommendation]):
    """Recommendations of every instance, best first."""

    queryset = Recommendation.objects.order_by("-score", "key", "id")
    serializer_class = RecommendationSerializer
    filterset_class = RecommendationFilter
