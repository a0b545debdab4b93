"""How a bill of materials is handed out over REST."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from apps.shared.packages.sbom import MEDIA_TYPE


class SbomRenderer(JSONRenderer):
    """CycloneDX as it is made; what goes wrong is told in JSON, as everywhere."""

    media_type = "application/vnd.cyclonedx+json"
    format = "json"
    charset = None

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """The text as it stands."""
        if isinstance(data, str):
            return data.encode()
        rendered: bytes = super().render(data, accepted_media_type, renderer_context)
        return rendered


class PlainSbomRenderer(SbomRenderer):
    """The same for those who ask for JSON."""

    media_type = "application/json"


SBOM_RENDERERS = (SbomRenderer, PlainSbomRenderer)


def sbom_response(text: str, *, name: str) -> Response:
    """A bill that browsers keep as a file."""
    plain = "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in name)
    file = f"{plain.encode('ascii', 'ignore').decode() or 'sbom'}.cdx.json"
    kept = {"Content-Disposition": f'attachment; filename="{file}"'}
    return Response(text, content_type=MEDIA_TYPE, headers=kept)
