"""What the fleet told this instance; insights can be dismissed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.shared.access.audit import actor_of, audit_record
from apps.shared.core.api.viewsets import ListViewSet, ReadViewSet
from apps.singularity.guidance.api.serializers import (
    InsightSerializer,
    ModelOfferSerializer,
    SharedFactSerializer,
)
from apps.singularity.guidance.display.kinds import KINDS, SUBJECTS
from apps.singularity.guidance.models import FleetStatistics, Insight, ModelOffer, SharedFact
from apps.singularity.guidance.selectors import insights_told, own
from apps.singularity.guidance.selectors.offers import offers_all
from apps.singularity.guidance.services import (
    UnknownInsight,
    insight_dismiss,
    insight_restore,
)


class InsightFilter(filters.FilterSet):
    """Filters of the insight list."""

    kind = filters.ChoiceFilter(
        choices=[(kind, kind) for kind in KINDS], help_text="What sort of insight it is."
    )
    subject = filters.ChoiceFilter(
        choices=[(subject, subject) for subject in SUBJECTS], help_text="What it is about."
    )
    all = filters.BooleanFilter(
        method="also_others", help_text="Whether to list dismissed and withdrawn ones too."
    )

    class Meta:
        model = Insight
        fields: tuple[str, ...] = ()

    def also_others(self, rows: QuerySet[Any], _name: str, _value: bool) -> QuerySet[Any]:  # noqa: FBT001  django-filter passes it so
        """Nothing more to leave out: ``filter_queryset`` has."""
        return rows

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Leave out what is not open, then filter."""
        if not self.form.cleaned_data.get("all"):
            queryset = queryset.filter(withdrawn_at=None, dismissed_at=None)
        rows: QuerySet[Any] = super().filter_queryset(queryset)
        return rows


class InsightViewSet(ReadViewSet[Insight]):
    """Insights and recommendations, best first, each with its reason and its numbers."""

    queryset = Insight.objects.none()
    serializer_class = InsightSerializer
    lookup_field = "key"
    lookup_value_regex = "[^/]+"

    @property
    def filterset_class(self) -> type[InsightFilter] | None:
        """One insight is found whatever its state."""
        return InsightFilter if self.action == "list" else None

    def get_queryset(self) -> QuerySet[Insight]:
        """Rows of this instance."""
        return insights_told(everything=True)

    @extend_schema(request=None, responses=InsightSerializer)
    @action(detail=True, methods=["post"])
    def dismiss(self, _request: Request, key: str) -> Response:
        """Show it no more, also when it is told again."""
        return self._marked(insight_dismiss, "dismiss", key)

    @extend_schema(request=None, responses=InsightSerializer)
    @action(detail=True, methods=["post"])
    def restore(self, _request: Request, key: str) -> Response:
        """Show it again."""
        return self._marked(insight_restore, "restore", key)

    def _marked(self, mark: Callable[..., None], verb: str, key: str) -> Response:
        try:
            with transaction.atomic():
                mark(key=key)
                audit_record(f"insight.{verb}", actor=actor_of(self.request), about=key)
        except UnknownInsight as error:
            raise NotFound(str(error)) from None
        return Response(self.get_serializer(self.get_object()).data)


class SharedFactViewSet(ListViewSet[SharedFact]):
    """What the fleet has, those that most instances have first."""

    queryset = SharedFact.objects.none()
    serializer_class = SharedFactSerializer
    filterset_fields = ("subject", "kind", "language")

    def get_queryset(self) -> QuerySet[SharedFact]:
        """Rows of this instance."""
        return own(SharedFact)


class ModelOfferViewSet(ListViewSet[ModelOffer]):
    """Models that the fleet offers, newest first, each with how it did here."""

    queryset = ModelOffer.objects.none()
    serializer_class = ModelOfferSerializer
    filterset_fields = ("kind", "scope", "family", "state")

    def get_queryset(self) -> QuerySet[ModelOffer]:
        """Rows of this instance."""
        return offers_all()


class FleetStatisticsView(APIView):
    """What the fleet holds together, in numbers."""

    permissions: ClassVar = {"get": "guidance.view_fleetstatistics"}

    @extend_schema(responses={200: OpenApiTypes.OBJECT, 404: None})
    def get(self, _request: Request) -> Response:
        """The contract's ``GlobalStatistics`` as last told."""
        statistics = own(FleetStatistics).first()
        if statistics is None:
            raise NotFound("The fleet's statistics were not told yet.")
        return Response(statistics.report)
