"""Tokens of the REST API as knox keeps them, and when each was last used."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox.auth import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed

from apps.shared.access.models import ApiToken

NOTED_EVERY = timedelta(hours=1)
"""Finer than this nobody needs to know when a token was used, and each note is a write."""


class ApiTokenAuthentication(TokenAuthentication):
    """``Authorization: Token <secret>``."""

    def authenticate_credentials(self, token: bytes) -> Any:
        """The account and the token; a secret that is no text is none that was issued."""
        if not token.isalnum():
            raise AuthenticationFailed("Invalid token.")
        user, found = super().authenticate_credentials(token)
        now = timezone.now()
        if found.last_used_at is None or now - found.last_used_at > NOTED_EVERY:
            ApiToken.objects.filter(pk=found.pk).update(last_used_at=now)
        return user, found


class ApiTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the OpenAPI document describes it."""

    target_class = ApiTokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """A header."""
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token <secret>`, from the dashboard or `POST /api/v1/login`.",
        }
