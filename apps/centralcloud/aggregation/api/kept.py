"""Answers about the whole fleet, as they were when they were last worked out."""

from __future__ import annotations

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.centralcloud.aggregation.knowledge import FleetMatrix, FleetSummary, Ranking
from apps.centralcloud.aggregation.models import Subject
from apps.centralcloud.aggregation.selectors.matrix import FACETS
from apps.centralcloud.aggregation.selectors.ranking import SUBJECTS
from apps.shared.knowledge_cache.answers import Answered
from apps.shared.knowledge_cache.api.answers import CachedView
from apps.shared.knowledge_cache.kinds import Question


class RankingResponse(Answered, Ranking):
    """A ranking, and when it was worked out."""


class FleetMatrixResponse(Answered, FleetMatrix):
    """A page of the matrix, and when it was worked out."""


class FleetSummaryResponse(Answered, FleetSummary):
    """A page of the summary, and when it was worked out."""


class RankingQuestion(serializers.Serializer[Question]):
    """Which ranking."""

    subject = serializers.ChoiceField(
        choices=[one.value for one in SUBJECTS],
        default=Subject.PATTERN.value,
        help_text="What is ranked.",
    )
    language = serializers.CharField(
        default="", allow_blank=True, max_length=30, help_text="Exact name; all without one."
    )


class PageQuestion(serializers.Serializer[Question]):
    """Which page."""

    after = serializers.CharField(
        default="", allow_blank=True, max_length=63, help_text="`next` of the page before."
    )


class MatrixQuestion(PageQuestion):
    """Which facet, and which page."""

    facet = serializers.ChoiceField(
        choices=[(name, f"numbers are {counts}") for name, counts in FACETS.items()],
        default="language",
        help_text="What stands beside instances.",
    )


class RankingView(CachedView):
    """The patterns, architecture patterns or frameworks of most instances."""

    permissions: ClassVar = {"get": "aggregation.view_globalfact"}
    kind = "pattern_ranking"
    question = RankingQuestion

    @extend_schema(parameters=[RankingQuestion], responses=RankingResponse)
    def get(self, request: Request) -> Response:
        """Fifty of a language or of all together, those of most instances first."""
        return self.answer(request)


class MatrixView(CachedView):
    """Instances beside languages, kinds of patterns or frameworks."""

    permissions: ClassVar = {"get": "aggregation.view_globalfact"}
    kind = "fleet_matrix"
    question = MatrixQuestion

    @extend_schema(parameters=[MatrixQuestion], responses=FleetMatrixResponse)
    def get(self, request: Request) -> Response:
        """A hundred instances by name, beside the fifty most frequent names of a facet."""
        return self.answer(request)


class SummaryView(CachedView):
    """What each instance has told, in numbers."""

    permissions: ClassVar = {"get": "aggregation.view_globalfact"}
    kind = "instance_summary"
    question = PageQuestion

    @extend_schema(parameters=[PageQuestion], responses=FleetSummaryResponse)
    def get(self, request: Request) -> Response:
        """Two hundred instances by name."""
        return self.answer(request)
