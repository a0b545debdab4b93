"""REST endpoints of the egress ledger: messages of this instance alone."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from apps.shared.core.api.filters import MomentFilter
from apps.shared.core.api.viewsets import ReadViewSet
from apps.singularity.publishing.api import serializers
from apps.singularity.publishing.models import EgressMessage
from apps.singularity.publishing.selectors.ledger import bundles_left, days_left, refused_now

BUNDLES_SHOWN = 100


class EgressFilter(filters.FilterSet):
    """Filters of the ledger."""

    subject = filters.CharFilter(lookup_expr="startswith", help_text="Start of the subject.")
    since = MomentFilter(field_name="sent_at", lookup_expr="gte", help_text="From then.")
    until = MomentFilter(field_name="sent_at", lookup_expr="lt", help_text="Before then.")

    class Meta:
        model = EgressMessage
        fields: tuple[str, ...] = ()


class EgressViewSet(ReadViewSet[EgressMessage]):
    """Messages that left, the newest first; one of them with its data, byte for byte."""

    queryset = EgressMessage.objects.none()
    filterset_class = EgressFilter
    lookup_field = "event_id"
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[EgressMessage]:
        """Rows of this instance; only one message's own answer has the data."""
        rows = EgressMessage.objects.filter(instance=settings.IDENTITY.name)
        rows = rows.order_by("-sent_at", "-id")
        return rows if self.action == "retrieve" else rows.defer("data")

    def get_serializer_class(self) -> type[BaseSerializer[EgressMessage]]:
        """With the data for one message."""
        if self.action == "retrieve":
            return serializers.EgressDataSerializer
        return serializers.EgressSerializer


class TotalsView(APIView):
    """The ledger in numbers."""

    permissions: ClassVar = {"get": "publishing.view_egressmessage"}

    @extend_schema(responses=serializers.TotalsSerializer)
    def get(self, _request: Request) -> Response:
        """What left on each day, the last models that did, and what does not leave now and why."""
        days = [
            {
                "day": day,
                "messages": left.messages,
                "size": left.size,
                "subjects": dict(left.subjects),
            }
            for day, left in days_left().items()
        ]
        models = bundles_left()[:BUNDLES_SHOWN]
        shown = serializers.TotalsSerializer(
            {"days": days, "models": models, "refused": refused_now()}
        )
        return Response(shown.data)
