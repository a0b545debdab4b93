"""REST endpoints of ingestion: every row is of this instance alone."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Any, ClassVar

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.shared.access.audit import actor_of, audit_record
from apps.shared.core.api.jobs import Conflict, JobSerializer
from apps.shared.core.api.sbom import SBOM_RENDERERS, SbomRenderer, sbom_response
from apps.shared.core.api.viewsets import ListViewSet, ReadViewSet
from apps.shared.core.jobs import job_running, job_send
from apps.singularity.ingestion import services, tasks
from apps.singularity.ingestion.api.serializers import (
    ChunkSerializer,
    ChunkTextSerializer,
    CodebaseDetailSerializer,
    CodebaseSerializer,
    DependencySerializer,
    EncoderSerializer,
    FileSerializer,
    IngestRequestSerializer,
    SearchRequestSerializer,
    SearchResponseSerializer,
)
from apps.singularity.ingestion.engine.lexical import PathGlobError
from apps.singularity.ingestion.models import Chunk, Codebase, DeclaredDependency, File
from apps.singularity.ingestion.selectors import chunks_search, encoder_status
from apps.singularity.ingestion.selectors.filters import SearchFilters, UnknownCodebase
from apps.singularity.ingestion.selectors.sbom import codebases_sbom
from apps.singularity.ingestion.selectors.totals import instance_vectors


class CodebaseViewSet(ReadViewSet[Codebase]):
    """The code bases of this instance."""

    permissions: ClassVar = {"ingest": "ingestion.change_codebase"}
    queryset = Codebase.objects.none()

    def get_queryset(self) -> QuerySet[Codebase]:
        """Rows of this instance."""
        return Codebase.objects.filter(instance=settings.INSTANCE_ID)

    def get_serializer_class(self) -> type[CodebaseSerializer]:
        """One code base comes with its counts."""
        return CodebaseDetailSerializer if self.action == "retrieve" else CodebaseSerializer

    @extend_schema(
        request=IngestRequestSerializer,
        responses={202: JobSerializer, 409: None},
        examples=[OpenApiExample("Every file again", {"full": True}, request_only=True)],
    )
    @action(detail=True, methods=["post"])
    def ingest(self, request: Request, **_kwargs: Any) -> Response:
        """Queue an ingest for a worker; one that waits already is returned instead of a second.

        409 when the code base is being ingested.
        """
        codebase = self.get_object()
        options = IngestRequestSerializer(data=request.data)
        options.is_valid(raise_exception=True)
        running = job_running(
            instance=codebase.instance, kind=services.INGEST, key=f"codebase:{codebase.pk}"
        )
        if running is not None:
            raise Conflict(f"{codebase.name} is being ingested by job {running.pk}")
        with transaction.atomic():
            job, _ = services.ingest_enqueue(codebase=codebase, full=options.validated_data["full"])
            said = {"job": job.pk, "full": options.validated_data["full"]}
            audit_record("ingest.start", actor=actor_of(request), about=codebase, **said)
            transaction.on_commit(partial(job_send, tasks.ingest, job.pk))
        return Response(JobSerializer(job).data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(
        responses={(200, SbomRenderer.media_type): OpenApiTypes.OBJECT},
    )
    @action(detail=True, renderer_classes=SBOM_RENDERERS)
    def sbom(self, request: Request, **_kwargs: Any) -> Response:
        """Software bill of materials of what it declares, in CycloneDX 1.6."""
        codebase = self.get_object()
        text = codebases_sbom(codebases=[codebase], subject=codebase.name, made_at=timezone.now())
        return sbom_response(text, name=codebase.name)


class FileFilter(filters.FilterSet):
    """Filters of the file list."""

    path = filters.CharFilter(lookup_expr="startswith", help_text="Start of the path.")
    language = filters.CharFilter(help_text="Exact name of a language.")
    has_syntax_errors = filters.BooleanFilter(
        help_text="Whether its parser met what it could not read."
    )

    class Meta:
        model = File
        fields = ("codebase", "state", "reason")


class FileViewSet(ReadViewSet[File]):
    """Files, and paths left out with the reason."""

    queryset = File.objects.none()
    serializer_class = FileSerializer
    filterset_class = FileFilter

    def get_queryset(self) -> QuerySet[File]:
        """Rows of this instance that are still there."""
        return (
            File.objects.filter(instance=settings.INSTANCE_ID)
            .exclude(state=File.State.REMOVED)
            .order_by("id")
        )


class ChunkFilter(filters.FilterSet):
    """Filters of the chunk list."""

    path = filters.CharFilter(
        field_name="file__path", lookup_expr="startswith", help_text="Start of the path."
    )
    name = filters.CharFilter(
        method="called", help_text="Last part of the symbol, whatever its case."
    )
    language = filters.CharFilter(help_text="Exact name of a language.")
    kind = filters.CharFilter(help_text="Exact kind, such as function.")

    class Meta:
        model = Chunk
        fields = ("codebase", "file")

    def called(self, rows: QuerySet[Chunk], _name: str, value: str) -> QuerySet[Chunk]:
        """By the column that is in lower case."""
        return rows.filter(name=value.lower())


class ChunkViewSet(ReadViewSet[Chunk]):
    """Pieces of files as they are searched, in the order of their ids; one comes with its text."""

    queryset = Chunk.objects.none()
    filterset_class = ChunkFilter

    def get_queryset(self) -> QuerySet[Chunk]:
        """Rows of this instance; lists leave the text where it is."""
        rows = Chunk.objects.filter(instance=settings.INSTANCE_ID).order_by("id")
        rows = rows.select_related("codebase", "file")
        return rows if self.action == "retrieve" else rows.defer("content")

    def get_serializer_class(self) -> type[ChunkSerializer]:
        """One comes with its text."""
        return ChunkTextSerializer if self.action == "retrieve" else ChunkSerializer


class DependencyFilter(filters.FilterSet):
    """Filters of the dependency list."""

    purl = filters.CharFilter(lookup_expr="startswith", help_text="Start of the package URL.")

    class Meta:
        model = DeclaredDependency
        fields = ("codebase", "scope", "locked")


class DependencyViewSet(ListViewSet[DeclaredDependency]):
    """Dependencies declared in manifests and lock files."""

    queryset = DeclaredDependency.objects.none()
    serializer_class = DependencySerializer
    filterset_class = DependencyFilter

    def get_queryset(self) -> QuerySet[DeclaredDependency]:
        """Rows of this instance."""
        return (
            DeclaredDependency.objects.filter(instance=settings.INSTANCE_ID)
            .select_related("file")
            .order_by("purl", "id")
        )


class SearchView(APIView):
    """Find code by what it does, by words in it, or by its symbol."""

    permissions: ClassVar = {"get": "ingestion.view_chunk"}

    @extend_schema(parameters=[SearchRequestSerializer], responses=SearchResponseSerializer)
    def get(self, request: Request) -> Response:
        """Find code by what it does, by words in it, or by its symbol; the best first."""
        wanted = SearchRequestSerializer(data=_lists(request.query_params))
        wanted.is_valid(raise_exception=True)
        data = wanted.validated_data
        try:
            result = chunks_search(
                instance=settings.INSTANCE_ID,
                query=data["q"],
                filters=SearchFilters(
                    languages=tuple(data["language"]),
                    kinds=tuple(data["kind"]),
                    path=data["path"],
                    codebase=data["codebase"],
                ),
                limit=data["limit"],
            )
        except UnknownCodebase as error:
            raise ValidationError({"codebase": [str(error)]}) from None
        except PathGlobError as error:
            raise ValidationError({"path": [str(error)]}) from None
        return Response(
            {
                "notice": result.notice,
                "model": result.model,
                "results": [hit.as_dict() for hit in result.hits],
            }
        )


class EncoderView(APIView):
    """The model of this instance's search, and how far its vectors are."""

    permissions: ClassVar = {"get": "ingestion.view_codebase"}

    @extend_schema(responses=EncoderSerializer)
    def get(self, request: Request) -> Response:
        """The model of this instance's search, and how far its vectors are."""
        status_now = encoder_status(instance=settings.INSTANCE_ID)
        progress = instance_vectors(instance=settings.INSTANCE_ID)
        counts = {"vectors": progress.vectors, "texts": progress.texts}
        return Response(EncoderSerializer(asdict(status_now) | counts).data)


def _lists(parameters: QueryDict) -> dict[str, Any]:
    """Query parameters, the repeatable ones as lists."""
    single: dict[str, Any] = parameters.dict()
    return single | {
        name: parameters.getlist(name) for name in ("language", "kind") if name in parameters
    }
