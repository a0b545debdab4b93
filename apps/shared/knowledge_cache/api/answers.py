"""What views of cached answers share."""

from __future__ import annotations

from typing import ClassVar

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.shared.knowledge_cache.kinds import Question
from apps.shared.knowledge_cache.services.answering import answer_cached


class CachedView(APIView):
    """Answers one kind of question; every field of the question has a value."""

    kind: ClassVar[str]
    question: ClassVar[type[serializers.Serializer[Question]]]

    def answer(self, request: Request) -> Response:
        """The answer, when it was worked out, and in ``X-Cache`` where it was found.

        Raises:
            ValidationError: 400 with what is wrong with each parameter.
        """
        asked = self.question(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        cached = answer_cached(kind=self.kind, question=dict(asked.validated_data))
        value = {**cached.value, "answered_at": cached.made_at}
        return Response(value, headers={"X-Cache": cached.hit})
