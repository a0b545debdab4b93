"""Aggregates, rounds and judgements: lists to read."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.centralcloud.averaging.api.serializers import (
    AggregateSerializer,
    EvaluationSerializer,
    LineageSerializer,
    RoundSerializer,
)
from apps.centralcloud.averaging.engine.judging import RANGES
from apps.centralcloud.averaging.models import (
    AggregateModel,
    Evaluation,
    Kind,
    Round,
    Submission,
)
from apps.shared.artifacts.selectors import bundle_removed_at
from apps.shared.core.api.viewsets import ListViewSet, ReadViewSet

_KIND = "What kind of model."
_FAMILY = "Exact key of a family."
_INSTANCE = "Exact name of an instance."


class AggregateFilter(filters.FilterSet):
    """Filters of aggregates."""

    kind = filters.ChoiceFilter(field_name="family__kind", choices=Kind.choices, help_text=_KIND)
    family = filters.CharFilter(field_name="family_id", help_text=_FAMILY)
    state = filters.ChoiceFilter(
        choices=AggregateModel.State.choices, help_text="What the fleet came to."
    )

    class Meta:
        model = AggregateModel
        fields: tuple[str, ...] = ()


class AggregateViewSet(ReadViewSet[AggregateModel]):
    """Aggregate models, the newest first."""

    queryset = AggregateModel.objects.none()
    serializer_class = AggregateSerializer
    filterset_class = AggregateFilter
    lookup_field = "version"
    lookup_value_regex = "[^/?]+"

    def get_queryset(self) -> QuerySet[AggregateModel]:
        """Each with when its bundle was removed."""
        rows = AggregateModel.objects.select_related("family", "base").order_by("-id")
        return rows.annotate(bundle_removed_at=bundle_removed_at())

    @extend_schema(responses=LineageSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def lineage(self, _request: Request, **_kwargs: Any) -> Response:
        """All aggregates of its family, the oldest first, each with what it goes on from."""
        model = self.get_object()
        rows = AggregateModel.objects.filter(family=model.family_id).select_related("base")
        return Response(LineageSerializer(rows.order_by("number"), many=True).data)


class RoundFilter(filters.FilterSet):
    """Filters of rounds."""

    kind = filters.ChoiceFilter(field_name="family__kind", choices=Kind.choices, help_text=_KIND)
    family = filters.CharFilter(field_name="family_id", help_text=_FAMILY)
    state = filters.ChoiceFilter(choices=Round.State.choices, help_text="How far it is.")

    class Meta:
        model = Round
        fields: tuple[str, ...] = ()


class RoundViewSet(ReadViewSet[Round]):
    """Rounds, the newest first, each with what was submitted and what became of it."""

    queryset = Round.objects.none()
    serializer_class = RoundSerializer
    filterset_class = RoundFilter

    def get_queryset(self) -> QuerySet[Round]:
        """Each with its submissions, and when their bundles were removed."""
        sent = Submission.objects.annotate(bundle_removed_at=bundle_removed_at())
        rows = Round.objects.select_related("family", "base").order_by("-opened_at", "-id")
        return rows.prefetch_related(Prefetch("submissions", sent.order_by("instance", "id")))


class EvaluationFilter(filters.FilterSet):
    """Filters of judgements."""

    version = filters.CharFilter(
        field_name="aggregate__version", help_text="Exact version of an aggregate."
    )
    family = filters.CharFilter(field_name="aggregate__family_id", help_text=_FAMILY)
    instance = filters.CharFilter(help_text=_INSTANCE)
    metric = filters.ChoiceFilter(
        choices=[(one, one) for one in RANGES], help_text="What was measured."
    )
    adopted = filters.BooleanFilter(help_text="Whether the instance uses it since.")

    class Meta:
        model = Evaluation
        fields: tuple[str, ...] = ()


class EvaluationViewSet(ListViewSet[Evaluation]):
    """How instances judged aggregates, the newest first."""

    queryset = Evaluation.objects.select_related("aggregate").order_by("-evaluated_at", "-id")
    serializer_class = EvaluationSerializer
    filterset_class = EvaluationFilter
