"""REST endpoint of surprise: the lines of a file that are unusual for its code base."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, ClassVar

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import APIException, NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.shared.core.api.jobs import Conflict
from apps.singularity.ingestion.selectors.codebases import codebases_of
from apps.singularity.ingestion.selectors.filters import UnknownCodebase
from apps.singularity.ingestion.selectors.texts import codebase_files, file_texts
from apps.singularity.training.engine.corpus import CorpusText
from apps.singularity.training.services import FAILURES
from apps.singularity.training.services.asking import NoModel
from apps.singularity.training.services.surprise import LIMIT, NotMeasured, lines_surprising

MOST_BYTES = 64 * 1024
"""Of a file: some seconds on a laptop."""
SECONDS = 45.0


class Unavailable(APIException):
    """The model cannot answer now."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "unavailable"


class AskedSerializer(serializers.Serializer[Any]):
    """Which file."""

    codebase = serializers.CharField(max_length=120, help_text="Name of the code base.")
    path = serializers.CharField(max_length=1000, help_text="Of the file, below the root.")
    limit = serializers.IntegerField(default=LIMIT, min_value=1, max_value=200)


class SurpriseSerializer(serializers.Serializer[Any]):
    """A line."""

    path = serializers.CharField()
    line = serializers.IntegerField(help_text="From 1.")
    score = serializers.FloatField(
        help_text="Standard deviations above what lines of its length usually have."
    )
    word = serializers.CharField(help_text="The least expected one in it.")
    text = serializers.CharField(help_text="The line.")


class SurpriseView(APIView):
    """What is unusual in a file, by the T5 in use."""

    permissions: ClassVar = {"get": "ingestion.view_chunk"}

    @extend_schema(
        parameters=[AskedSerializer],
        responses={200: SurpriseSerializer(many=True), 400: None, 404: None, 409: None, 503: None},
    )
    def get(self, request: Request) -> Response:
        """The most unusual lines of a file as it was last read, the most unusual first.

        Takes seconds. 409 when no T5 in use knows the language or it was never measured, 503 when
        it cannot answer in time.
        """
        asked = AskedSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        wanted = asked.validated_data
        texts = {wanted["path"]: _text(wanted["codebase"], wanted["path"])}
        try:
            found = lines_surprising(
                texts=texts, limit=wanted["limit"], measure=False, seconds=SECONDS
            )
        except (NoModel, NotMeasured) as error:
            raise Conflict(str(error)) from None
        except FAILURES as error:
            raise Unavailable(str(error)) from None
        return Response(SurpriseSerializer([asdict(one) for one in found], many=True).data)


def _text(codebase: str, path: str) -> CorpusText:
    """The stored text of a file, without its secrets."""
    try:
        known = codebases_of(instance=settings.INSTANCE_ID, name=codebase)[0]
    except UnknownCodebase as error:
        raise ValidationError({"codebase": [str(error)]}) from None
    row = next((row for row in codebase_files(codebase=known) if row.path == path), None)
    if row is None:
        raise NotFound(f"There is no file {path} in {codebase}.")
    if row.size > MOST_BYTES:
        raise ValidationError({"path": [f"It is larger than {MOST_BYTES // 1024} KiB."]})
    text = next((text for _, text in file_texts(file_ids=[row.id])), "")
    return CorpusText.of(language=row.language, text=text)
