"""What was set aside, and what leaves this site."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.shared.access.audit import Outcome, actor_of, audit_record
from apps.shared.contracts.errors import Reason
from apps.shared.core.api.filters import MomentFilter
from apps.shared.core.api.viewsets import ListViewSet, ReadViewSet
from apps.shared.nats_bridge.models import DeadLetter, OutboxMessage
from apps.shared.nats_bridge.services.replaying import dead_letter_replay
from apps.shared.nats_bridge.wiring import site_wiring

DATA_SHOWN = 64 * 1024
"""Bytes of a message that its own answer shows."""


class DeadLetterSerializer(serializers.ModelSerializer[DeadLetter]):
    """A message that was set aside, without its data."""

    class Meta:
        model = DeadLetter
        fields = (
            "id", "subject", "reason", "detail", "source", "event_id", "stream", "sequence",
            "size", "attempts", "stored_at", "set_aside_at", "replayed_at",
        )  # fmt: skip
        extra_kwargs: ClassVar = {
            "reason": {"help_text": f"One of {', '.join(Reason)}."},
            "detail": {"help_text": "What is wrong with it, as the last try said."},
            "source": {"help_text": "The sender it names, believed or not."},
            "sequence": {"help_text": "Its number in the stream."},
        }


class DeadLetterDataSerializer(DeadLetterSerializer):
    """A message that was set aside, with its headers and the beginning of its data."""

    data = serializers.SerializerMethodField(  # type: ignore[assignment]  # a field, not the answer
        help_text=f"The first {DATA_SHOWN // 1024} KiB, as text."
    )

    class Meta(DeadLetterSerializer.Meta):
        fields = (*DeadLetterSerializer.Meta.fields, "headers", "data")  # type: ignore[assignment]  # two more

    def get_data(self, row: DeadLetter) -> str:
        """As text; bytes that are none are replaced."""
        return bytes(row.data[:DATA_SHOWN]).decode(errors="replace")


class DeadLetterFilter(filters.FilterSet):
    """Filters of dead letters."""

    reason = filters.ChoiceFilter(choices=[(one, one) for one in Reason], help_text="Exact.")
    subject = filters.CharFilter(lookup_expr="startswith", help_text="Start of the subject.")
    source = filters.CharFilter(help_text="Exact sender.")
    replayed = filters.BooleanFilter(
        field_name="replayed_at", lookup_expr="isnull", exclude=True,
        help_text="Whether it was replayed since.",
    )  # fmt: skip

    class Meta:
        model = DeadLetter
        fields: tuple[str, ...] = ()


class DeadLetterViewSet(ReadViewSet[DeadLetter]):
    """Messages that came and were set aside, the newest first, each with its reason."""

    queryset = DeadLetter.objects.none()
    filterset_class = DeadLetterFilter

    def get_queryset(self) -> QuerySet[DeadLetter]:
        """Those of this site; lists leave their data where it is."""
        rows = DeadLetter.objects.filter(receiver=settings.IDENTITY.name).order_by("-id")
        return rows if self.action == "retrieve" else rows.defer("data", "headers")

    def get_serializer_class(self) -> type[DeadLetterSerializer]:
        """One comes with its data."""
        return DeadLetterDataSerializer if self.action == "retrieve" else DeadLetterSerializer

    @extend_schema(request=None, responses=DeadLetterSerializer)
    @action(detail=True, methods=["post"])
    def replay(self, request: Request, **_kwargs: Any) -> Response:
        """Verify and apply it again. One that fails again stays; ``detail`` says why."""
        row = self.get_object()
        with transaction.atomic():
            replayed = dead_letter_replay(letter_id=row.pk, wiring=site_wiring())
            outcome = Outcome.REFUSED if replayed.problem else Outcome.DONE
            audit_record("dead_letter.replay", actor=actor_of(request), about=row, outcome=outcome)
        row.refresh_from_db()
        return Response(self.get_serializer(row).data)


class MessageOutSerializer(serializers.ModelSerializer[OutboxMessage]):
    """A message that left or waits to leave, without its data."""

    class Meta:
        model = OutboxMessage
        fields = (
            "id", "event_id", "subject", "size", "fields", "created_at", "sent_at",
            "set_aside_at", "attempts", "error",
        )  # fmt: skip
        extra_kwargs: ClassVar = {"error": {"help_text": "Why it has not left yet."}}


class MessageOutFilter(filters.FilterSet):
    """Filters of messages out."""

    subject = filters.CharFilter(lookup_expr="startswith", help_text="Start of the subject.")
    sent = filters.BooleanFilter(
        field_name="sent_at", lookup_expr="isnull", exclude=True, help_text="Whether it has left."
    )
    since = MomentFilter(field_name="created_at", lookup_expr="gte", help_text="Queued from then.")
    until = MomentFilter(field_name="created_at", lookup_expr="lt", help_text="Queued before then.")

    class Meta:
        model = OutboxMessage
        fields: tuple[str, ...] = ()


class MessageOutViewSet(ListViewSet[OutboxMessage]):
    """Messages that this site queued, the newest first: what left, and what waits to."""

    queryset = OutboxMessage.objects.none()
    serializer_class = MessageOutSerializer
    filterset_class = MessageOutFilter

    def get_queryset(self) -> QuerySet[OutboxMessage]:
        """Those of this site."""
        rows = OutboxMessage.objects.filter(instance=settings.IDENTITY.name)
        return rows.defer("data").order_by("-id")
