"""The packages that most instances use, as they were when that was last worked out."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.centralcloud.package_sync.knowledge import HotPackages
from apps.shared.knowledge_cache.answers import Answered
from apps.shared.knowledge_cache.api.answers import CachedView
from apps.shared.knowledge_cache.kinds import Question


class HotPackagesResponse(Answered, HotPackages):
    """The packages, and when the answer was worked out."""


class HotQuestion(serializers.Serializer[Question]):
    """Of which ecosystem."""

    ecosystem = serializers.CharField(
        default="", allow_blank=True, max_length=80, help_text="Exact name; all without one."
    )


class HotPackagesView(CachedView):
    """The packages of most instances."""

    kind = "hot_packages"
    question = HotQuestion

    @extend_schema(parameters=[HotQuestion], responses=HotPackagesResponse)
    def get(self, request: Request) -> Response:
        """Two hundred of an ecosystem or of all together, those of most instances first."""
        return self.answer(request)
