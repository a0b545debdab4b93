"""Copies of Centralcloud's answers, with their age."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.shared.knowledge_cache.models import Copy
from apps.shared.knowledge_cache.selectors import copies_kinds, copies_told


class CopySerializer(serializers.ModelSerializer[Copy]):
    """An answer, when Centralcloud worked it out, and how many seconds ago that was."""

    age_seconds = serializers.SerializerMethodField()

    class Meta:
        model = Copy
        fields = ("key", "answered_at", "received_at", "age_seconds", "value")
        extra_kwargs = {"value": {"help_text": "The answer, with `as_of`."}}

    def get_age_seconds(self, row: Copy) -> float:
        """Since it was worked out."""
        return (timezone.now() - row.answered_at).total_seconds()


class CopiesView(APIView):
    """What this instance keeps for when Centralcloud is away."""

    permissions: ClassVar = {"get": "knowledge_cache.view_copy"}

    @extend_schema(responses={200: CopySerializer(many=True)})
    def get(self, request: Request, kind: str) -> Response:
        """All copies of a kind; 404 for a kind that this site keeps no copies of."""
        if kind not in copies_kinds():
            raise Http404
        rows = copies_told(instance=settings.IDENTITY.name, kinds=[kind])
        return Response(CopySerializer(rows, many=True).data)
