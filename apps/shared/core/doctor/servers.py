"""The servers that the site talks to, asked over their real protocols."""

import json
import socket
from urllib.parse import urlsplit

import redis
from django.conf import settings
from django.db import Error, connection

from apps.shared.core.command_line import missing_migrations
from apps.shared.core.doctor.findings import Finding, Status
from apps.shared.core.embedded.errors import EmbeddedServerError
from apps.shared.core.embedded.server import Server
from apps.shared.core.embedded.servers import servers_of

ANSWER_SECONDS = 5.0
GREETING_BYTES = 65536
MEND_EMBEDDED = "Look at the log, then run the command again: it starts what is missing."


def database() -> Finding:
    """PostgreSQL, pgvector and the migrations."""
    embedded = not settings.ENVIRONMENT.database_url(settings.SITE)
    source = "embedded" if embedded else "configured"
    server = servers_of(settings.STATE_DIR).postgresql
    if embedded and (finding := _not_running(server)):
        return finding
    try:
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version")
            version = f"PostgreSQL {cursor.fetchone()[0]}"
            cursor.execute(
                "SELECT default_version FROM pg_available_extensions WHERE name='vector'"
            )
            pgvector = cursor.fetchone()
    except (Error, EmbeddedServerError) as error:
        mend = f"Check DATABASE_URL, and that the server runs and lets {settings.SITE} in."
        return Finding("database", Status.BROKEN, source, "", _line(error), mend)
    if pgvector is None:
        mend = "Install pgvector on the server: packages are named postgresql-*-pgvector."
        return Finding("database", Status.BROKEN, source, version, "no pgvector", mend)
    return _migrations(source, f"{version}, pgvector {pgvector[0]}")


def cache() -> Finding:
    """Valkey or Redis."""
    embedded = not settings.ENVIRONMENT.redis_url
    source = "embedded" if embedded else "configured"
    if embedded and (finding := _not_running(servers_of(settings.STATE_DIR).valkey)):
        return finding
    timeouts = {"socket_timeout": ANSWER_SECONDS, "socket_connect_timeout": ANSWER_SECONDS}
    try:
        with redis.Redis.from_url(settings.REDIS_URL, **timeouts) as client:
            about = client.info("server")
    except redis.RedisError as error:
        mend = "Check REDIS_URL, and that the server runs."
        return Finding("cache", Status.BROKEN, source, "", _line(error), mend)
    name = "Valkey" if "valkey_version" in about else "Redis"
    return Finding("cache", Status.OK, source, f"{name} {about.get(f'{name.lower()}_version')}")


def nats() -> Finding:
    """The NATS server, or that the instance is isolated."""
    mode = settings.ENVIRONMENT.nats_mode
    if mode == "isolated":
        return Finding("nats", Status.OK, "isolated", "", "NATS_HOST is empty")
    server = servers_of(settings.STATE_DIR).nats
    if mode == "embedded" and (finding := _not_running(server)):
        return finding
    urls = settings.ENVIRONMENT.nats_urls if mode == "external" else (server.url,)
    source = "configured" if mode == "external" else "embedded"
    silent: list[str] = []
    for url in urls:
        try:
            version = f"nats-server {nats_version(url)}"
        except (OSError, ValueError, KeyError) as error:
            silent.append(f"{_address(url)}: {_line(error)}")
        else:
            return Finding("nats", Status.OK, source, version, _address(url))
    mend = "Check NATS_URL (or NATS_HOST and NATS_PORT), and that the server runs."
    return Finding("nats", Status.BROKEN, source, "", "; ".join(silent), mend)


def nats_version(url: str) -> str:
    """The version in the greeting of a NATS server. Raises OSError, ValueError or KeyError."""
    parts = urlsplit(url)
    address = (parts.hostname or "", parts.port or 4222)
    with socket.create_connection(address, timeout=ANSWER_SECONDS) as client:
        greeting = client.makefile("rb").readline(GREETING_BYTES)
    return str(json.loads(greeting.removeprefix(b"INFO "))["version"])


def _not_running(server: Server) -> Finding | None:
    """An embedded server that is not needed now is idle; one that lives in silence is broken."""
    if server.process() is None:
        return Finding(server.role, Status.IDLE, "embedded", "", "starts when it is first used")
    if not server.answers():
        detail = f"runs but does not answer, see {server.layout.log(server.name)}"
        return Finding(server.role, Status.BROKEN, "embedded", "", detail, MEND_EMBEDDED)
    return None


def _migrations(source: str, version: str) -> Finding:
    if missing := missing_migrations():
        detail = f"{missing} migrations are not applied"
        mend = f"Run manage.py migrate --settings {settings.SETTINGS_MODULE}."
        return Finding("database", Status.BROKEN, source, version, detail, mend)
    return Finding("database", Status.OK, source, version)


def _address(url: str) -> str:
    """Host and port only: a URL can hold a password."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or 4222}"


def _line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
