"""The packages that most instances use, as they were when that was last worked out."""

from __future__ import annotations

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.centralcloud.package_sync.knowledge import HotPackages
from apps.centralcloud.package_sync.selectors.naming import NotThere, names_check
from apps.centralcloud.package_sync.selectors.wanted import Wanted
from apps.shared.knowledge_cache.answers import Answered
from apps.shared.knowledge_cache.api.answers import CachedView
from apps.shared.knowledge_cache.kinds import Question
from apps.shared.packages.spelling import ecosystem_named


class HotPackagesResponse(Answered, HotPackages):
    """The packages, and when the answer was worked out."""


class HotQuestion(serializers.Serializer[Question]):
    """Of which ecosystem."""

    ecosystem = serializers.CharField(
        default="", allow_blank=True, max_length=80, help_text="One that there is; all without one."
    )

    def validate_ecosystem(self, name: str) -> str:
        """By any usual name."""
        try:
            names_check(Wanted(ecosystem=name))
        except NotThere as error:
            raise serializers.ValidationError(str(error)) from None
        return ecosystem_named(name)


class HotPackagesView(CachedView):
    """The packages of most instances."""

    permissions: ClassVar = {"get": "package_sync.view_package"}
    kind = "hot_packages"
    question = HotQuestion

    @extend_schema(parameters=[HotQuestion], responses=HotPackagesResponse)
    def get(self, request: Request) -> Response:
        """Two hundred of an ecosystem or of all together, those of most instances first."""
        return self.answer(request)
