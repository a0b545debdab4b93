"""Django's Redis cache over the embedded Valkey, which starts with the first use."""

from functools import cached_property
from typing import Any

from django.conf import settings
from django.core.cache.backends import redis

from apps.shared.core.embedded.servers import servers_of


class EmbeddedCache(redis.RedisCache):
    """Makes sure that Valkey runs before the first command."""

    @cached_property
    def _cache(self) -> Any:
        servers_of(settings.STATE_DIR).ensure_valkey()
        return super()._cache
