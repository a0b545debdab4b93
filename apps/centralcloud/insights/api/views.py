"""Questions over REST: parameters are the fields of the contract's query."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from pydantic import ValidationError as PayloadError
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.centralcloud.insights import questions
from apps.shared.contracts.payloads import queries
from apps.shared.contracts.payloads.base import Payload

INSTANCE = OpenApiParameter("instance", OpenApiTypes.STR, required=True)


def _parameters(query: type[Payload]) -> list[OpenApiParameter]:
    """The fields of a query as OpenAPI has them."""
    described = query.model_json_schema()["properties"]
    return [OpenApiParameter(name, schema) for name, schema in described.items()]


class QuestionView(APIView):
    """Answers one question."""

    query: ClassVar[type[Payload]]
    question: ClassVar[Callable[..., Payload]]

    def answer(self, parameters: dict[str, str], *, instance: str = "") -> Response:
        """The answer as JSON, every field of it.

        Raises:
            ValidationError: 400 with what is wrong with each parameter.
        """
        try:
            query = self.query.model_validate_strings(parameters)
        except PayloadError as error:
            wrong = error.errors(include_url=False, include_input=False, include_context=False)
            raise ValidationError({str(one["loc"][0]): [one["msg"]] for one in wrong}) from None
        answered = type(self).question(query, instance=instance)
        return Response(answered.model_dump(mode="json"))


class InsightsView(QuestionView):
    """What holds for the fleet."""

    permissions: ClassVar = {"get": "insights.view_insight"}
    query = queries.InsightsQuery
    question = staticmethod(questions.insights)

    @extend_schema(parameters=_parameters(query), responses=queries.InsightsAnswer)
    def get(self, request: Request) -> Response:
        """Facts that most instances have, and insights, best first."""
        return self.answer(request.query_params.dict())


class RecommendationsView(QuestionView):
    """What one instance is told."""

    permissions: ClassVar = {"get": "insights.view_insight"}
    query = queries.RecommendationsQuery
    question = staticmethod(questions.recommendations)

    @extend_schema(
        parameters=[INSTANCE, *_parameters(query)], responses=queries.RecommendationsAnswer
    )
    def get(self, request: Request) -> Response:
        """Recommendations for the instance, best first, each with its reason and numbers."""
        parameters = request.query_params.dict()
        instance = parameters.pop("instance", "")
        if not instance or "\0" in instance:
            raise ValidationError({"instance": ["Name the instance."]})
        return self.answer(parameters, instance=instance)


class StatisticsView(QuestionView):
    """What the fleet holds together."""

    permissions: ClassVar = {"get": "aggregation.view_statisticssnapshot"}
    query = queries.StatisticsQuery
    question = staticmethod(questions.statistics)

    @extend_schema(parameters=_parameters(query), responses=queries.StatisticsAnswer)
    def get(self, request: Request) -> Response:
        """The last statistics, and as many older ones as ``history`` asks for."""
        return self.answer(request.query_params.dict())
