"""What HTTP offers to programs that ask often: entity tags and compression, below ``/api/``.

Pages of the dashboard get neither: each carries a token of its own, so no two are the same, and
a page that is compressed together with a secret tells its length (BREACH).
"""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.middleware.http import ConditionalGetMiddleware
from django.utils.cache import patch_cache_control

from apps.shared.core.api.errors import API


class ApiGZipMiddleware(GZipMiddleware):
    """Compresses answers of the API, streamed ones too."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Of the API alone."""
        if not request.path.startswith(API):
            return response
        return super().process_response(request, response)


class ApiConditionalGetMiddleware(ConditionalGetMiddleware):
    """Gives whole answers an entity tag, and 304 to whoever has that answer already."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Of the API alone, which no cache between may keep for others."""
        if not request.path.startswith(API):
            return response
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_cache=True)
        return super().process_response(request, response)
