"""Bills of materials over REST."""

from __future__ import annotations

from typing import ClassVar

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.centralcloud.package_sync.selectors.sbom import UnknownSubject, instance_sbom
from apps.shared.core.api.sbom import SBOM_RENDERERS, SbomRenderer, sbom_response


class SbomView(APIView):
    """What an instance is made of."""

    permissions: ClassVar = {"get": "package_sync.view_use"}
    renderer_classes = SBOM_RENDERERS

    @extend_schema(
        parameters=[
            OpenApiParameter("codebase", description="Key of a code base, or how it begins.")
        ],
        responses={(200, SbomRenderer.media_type): OpenApiTypes.OBJECT},
    )
    def get(self, request: Request, instance: str) -> Response:
        """Software bill of materials of what an instance declares, in CycloneDX 1.6."""
        codebase = request.query_params.get("codebase", "")
        try:
            text = instance_sbom(instance=instance, codebase=codebase, made_at=timezone.now())
        except UnknownSubject as error:
            raise NotFound(str(error)) from None
        return sbom_response(text, name=f"{instance}-{codebase}" if codebase else instance)
