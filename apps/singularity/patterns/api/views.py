"""REST endpoints of mining: every row is of this instance alone."""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar

from django.db.models import Model, QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.shared.core.api.viewsets import ListViewSet
from apps.singularity.patterns.api import serializers
from apps.singularity.patterns.api.filters import (
    ArchitectureFilter,
    ChangeFilter,
    FindingFilter,
    FrameworkFilter,
    LearnedFilter,
    PatternFilter,
    codebase_or_400,
)
from apps.singularity.patterns.models import (
    ArchitectureChange,
    ArchitecturePattern,
    CodePattern,
    DataSchema,
    Finding,
    Framework,
)
from apps.singularity.patterns.selectors import module_graph, own, pattern_known

M = TypeVar("M", bound=Model)


class LearnedViewSet(ListViewSet[M]):
    """A list of what was learned, in cursor pages."""

    def get_queryset(self) -> QuerySet[M]:
        """Rows of this instance."""
        return own(super().get_queryset().model)


class PatternViewSet(LearnedViewSet[CodePattern]):
    """Code patterns: idioms, API usage, rules, conventions, clones."""

    queryset = CodePattern.objects.none()
    serializer_class = serializers.PatternSerializer
    filterset_class = PatternFilter
    lookup_field = "signature"

    def get_queryset(self) -> QuerySet[CodePattern]:
        """Without what only one pattern's page has."""
        return super().get_queryset().defer("details")

    @extend_schema(responses=serializers.KnownPatternSerializer, filters=False)
    def retrieve(self, _request: Request, signature: str) -> Response:
        """One pattern over all code bases that have it: template, counts, examples, trend."""
        known = pattern_known(signature=signature)
        if known is None:
            raise NotFound(f"No code base has a pattern {signature!r}.")
        serializer = serializers.KnownPatternSerializer(known, context={"trend": known.trend})
        return Response(serializer.data)


class ArchitectureViewSet(LearnedViewSet[ArchitecturePattern]):
    """Architecture patterns, the surest first, with indicators met, missed and against."""

    queryset = ArchitecturePattern.objects.none()
    serializer_class = serializers.ArchitecturePatternSerializer
    filterset_class = ArchitectureFilter


class ArchitectureChangeViewSet(LearnedViewSet[ArchitectureChange]):
    """What each mining found changed in the architecture, the newest first."""

    queryset = ArchitectureChange.objects.none()
    serializer_class = serializers.ArchitectureChangeSerializer
    filterset_class = ChangeFilter


class FrameworkViewSet(LearnedViewSet[Framework]):
    """Frameworks and tools, the surest first, with the evidence for each."""

    queryset = Framework.objects.none()
    serializer_class = serializers.FrameworkSerializer
    filterset_class = FrameworkFilter


class DataSchemaViewSet(LearnedViewSet[DataSchema]):
    """Data schemas that the code declares, as numbers of entities, fields and relations."""

    queryset = DataSchema.objects.none()
    serializer_class = serializers.DataSchemaSerializer
    filterset_class = LearnedFilter


class FindingViewSet(LearnedViewSet[Finding]):
    """Places that break a strong rule, by path."""

    queryset = Finding.objects.none()
    serializer_class = serializers.FindingSerializer
    filterset_class = FindingFilter

    def get_queryset(self) -> QuerySet[Finding]:
        """With the signature of each rule."""
        return super().get_queryset().select_related("pattern")


class ModuleGraphView(APIView):
    """The module graph of a code base."""

    permissions: ClassVar = {"get": "patterns.view_architecturepattern"}

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "codebase", description="Name or id; the one mined last where it is left out."
            )
        ],
        responses={200: serializers.ModuleGraphSerializer, 404: None},
    )
    def get(self, request: Request) -> Response:
        """Components, dependencies, cycles and metrics, as last mined."""
        codebase: Any = codebase_or_400(request.query_params.get("codebase", ""))
        graph = module_graph(codebase=codebase) if codebase else None
        if graph is None:
            raise NotFound("Nothing was mined yet: `manage.py mine_patterns` mines it.")
        return Response(serializers.ModuleGraphSerializer(graph).data)
