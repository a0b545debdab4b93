"""How often one token, account or stranger may ask."""

from __future__ import annotations

from typing import Any

import structlog
from django.conf import settings
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

logger = structlog.get_logger(__name__)


class ApiRate(SimpleRateThrottle):
    """At most ``API_RATE`` requests of one token, account or address; 429 beyond.

    Where the cache cannot be reached everybody may ask: it protects the site from a client that
    runs wild, and is no door.
    """

    cache_format = "api-rate:{ident}"

    def get_rate(self) -> str | None:
        """As set; None has nobody counted."""
        return settings.API_RATE or None

    def get_cache_key(self, request: Request, view: Any) -> str:
        """By token, so that one program does not use up another's share of the same account."""
        if request.auth is not None:
            return self.cache_format.format(ident=f"token-{request.auth.pk}")
        if request.user and request.user.is_authenticated:
            return self.cache_format.format(ident=f"user-{request.user.pk}")
        return self.cache_format.format(ident=f"address-{self.get_ident(request)}")

    def allow_request(self, request: Request, view: Any) -> bool:
        """Whether it is within the rate."""
        try:
            return super().allow_request(request, view)
        except (RedisError, OSError) as error:
            logger.warning("api rate is not counted", error=str(error))
            return True
