"""Answers about the whole fleet, as they were when they were last worked out."""

from __future__ import annotations

from typing import ClassVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.centralcloud.aggregation.selectors.matrix import FACETS
from apps.shared.knowledge_cache.kinds import Question
from apps.shared.knowledge_cache.services.answering import answer_cached

OBJECT = {200: OpenApiTypes.OBJECT}


class RankingQuestion(serializers.Serializer[Question]):
    """Which ranking."""

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

    facet = serializers.ChoiceField(choices=list(FACETS), default="language")


class KeptView(APIView):
    """Answers one kind of question; every field of the question has a value."""

    kind: ClassVar[str]
    question: ClassVar[type[serializers.Serializer[Question]]]

    def answer(self, request: Request) -> Response:
        """The answer, and when it was worked out.

        Raises:
            ValidationError: 400 with what is wrong with each parameter.
        """
        asked = self.question(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        cached = answer_cached(kind=self.kind, question=dict(asked.validated_data))
        return Response({**cached.value, "answered_at": cached.made_at})


class RankingView(KeptView):
    """The patterns of most instances."""

    kind = "pattern_ranking"
    question = RankingQuestion

    @extend_schema(parameters=[RankingQuestion], responses=OBJECT)
    def get(self, request: Request) -> Response:
        """Fifty of a language or of all together, those of most instances first."""
        return self.answer(request)


class MatrixView(KeptView):
    """Instances beside languages, kinds of patterns or frameworks."""

    kind = "fleet_matrix"
    question = MatrixQuestion

    @extend_schema(parameters=[MatrixQuestion], responses=OBJECT)
    def get(self, request: Request) -> Response:
        """A page of instances by name, beside the fifty most frequent names of a facet."""
        return self.answer(request)


class SummaryView(KeptView):
    """What each instance has told, in numbers."""

    kind = "instance_summary"
    question = PageQuestion

    @extend_schema(parameters=[PageQuestion], responses=OBJECT)
    def get(self, request: Request) -> Response:
        """A page of instances by name."""
        return self.answer(request)
