"""Which server each site talks to: the configured one, or the embedded one.

Sites and instances may share one Redis, so every key, queue and channel carries both names.
"""

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from apps.shared.core.embedded.layout import Layout
from apps.shared.core.environment import Environment

BACKENDS = "apps.shared.core.embedded"
CONNECTION_SECONDS = 5
# A task is acknowledged when it ends: the queue must not hand it out again while it runs.
VISIBILITY_SECONDS = 12 * 60 * 60


def site_database(environment: Environment, site: str) -> dict[str, Any]:
    """Django's DATABASES entry of a site."""
    url = environment.database_url(site)
    common = {
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": CONNECTION_SECONDS},
    }
    if not url:
        return common | {
            "ENGINE": f"{BACKENDS}.postgresql_backend",
            "HOST": str(Layout(environment.state_dir.absolute()).sockets("postgresql")),
            "PORT": "5432",
            "NAME": environment.database_name(site),
            "USER": "postgres",
        }
    parts = urlsplit(url)
    return common | {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "OPTIONS": {"connect_timeout": CONNECTION_SECONDS} | dict(parse_qsl(parts.query)),
    }


def redis_url(environment: Environment) -> str:
    """The configured Redis, or the embedded Valkey's socket."""
    if environment.redis_url:
        return environment.redis_url
    socket = Layout(environment.state_dir.absolute()).sockets("valkey") / "valkey.sock"
    return f"unix://{socket}"


def site_cache(environment: Environment, site: str) -> dict[str, Any]:
    """Django's CACHES entry of a site."""
    embedded = f"{BACKENDS}.cache.EmbeddedCache"
    return {
        "BACKEND": "django.core.cache.backends.redis.RedisCache"
        if environment.redis_url
        else embedded,
        "LOCATION": redis_url(environment),
        "KEY_PREFIX": f"{site}:{environment.instance_id}",
        "OPTIONS": {
            "socket_timeout": CONNECTION_SECONDS,
            "socket_connect_timeout": CONNECTION_SECONDS,
        },
    }


def queue_name(environment: Environment, site: str, name: str = "") -> str:
    """The queue of a site's tasks, or the one for tasks of a name."""
    return "-".join(filter(None, (site, environment.instance_id, name)))


def site_broker(environment: Environment, site: str) -> dict[str, Any]:
    """Celery's settings for a site's queue."""
    url = redis_url(environment)
    return {
        "broker_url": url.replace("unix://", "redis+socket://", 1),
        "task_default_queue": queue_name(environment, site),
        "broker_transport_options": {
            "global_keyprefix": f"{site}:{environment.instance_id}:",
            "visibility_timeout": VISIBILITY_SECONDS,
            "socket_connect_timeout": CONNECTION_SECONDS,
        },
    }
