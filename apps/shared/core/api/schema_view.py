"""Where the OpenAPI document of a site is to be had."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request


class SchemaView(SpectacularAPIView):
    """The document; it is the same for everybody and as long as a process lives."""

    @extend_schema(exclude=True)
    def get(self, request: Request, *_args: Any, **_kwargs: Any) -> HttpResponse:
        """As YAML, or as JSON where that is asked for."""
        renderer = request.accepted_renderer
        key: Any = type(renderer)
        return HttpResponse(_rendered(key, settings.ROOT_URLCONF), content_type=renderer.media_type)


@lru_cache(maxsize=8)
def _rendered(renderer: Any, _urls: str) -> bytes:
    generator: Any = SchemaGenerator
    rendered = renderer().render(generator().get_schema(public=True), renderer_context={})
    return rendered if isinstance(rendered, bytes) else rendered.encode()
