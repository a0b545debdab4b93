"""The near copy of answers, in Redis or Valkey: quick, and never needed.

A key carries the kind, the digest of the question and the revision of what the answer derives
from, so an answer whose source has changed has a key that nobody asks for any more. Whatever is
wrong with the server or with what it holds is a miss; after an error it is left alone for a while,
so that one that hangs does not cost its timeout each time.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import redis
import structlog
from django.conf import settings

from apps.shared.core.embedded.errors import EmbeddedServerError
from apps.shared.core.embedded.servers import servers_of

log = structlog.get_logger(__name__)

ANSWER_SECONDS = 0.25
"""What the server gets for an answer: more is slower than asking the database."""
AWAY_SECONDS = 5.0
KEPT_SECONDS = 6 * 3600
LARGEST_NEAR = 1024 * 1024
LOOK = """
local text = redis.call('GET', KEYS[1])
if text then redis.call('HINCRBY', KEYS[2], ARGV[1], 1) end
return text
"""
FORMAT = 1
"""Of what is kept: another one has other keys."""


@dataclass(frozen=True, slots=True)
class NearAnswer:
    """An answer and when it was worked out."""

    value: dict[str, Any]
    made_at: datetime


class Near:
    """One process's way to the near copies. Threads may share it."""

    def __init__(self, url: str, prefix: str) -> None:
        self._client = redis.Redis.from_url(
            url, socket_timeout=ANSWER_SECONDS, socket_connect_timeout=ANSWER_SECONDS
        )
        self._look = self._client.register_script(LOOK)
        self._prefix = f"{{{prefix}:knowledge:{FORMAT}}}"  # braces: one slot in a cluster
        self._found = f"{self._prefix}:found"
        self._away_until = 0.0

    @property
    def away(self) -> bool:
        """Whether it failed a moment ago."""
        return time.monotonic() < self._away_until

    def get(self, kind: str, key: str, revision: str) -> NearAnswer | None:
        """The answer under a revision; one that is there is counted, in the same step."""
        if self.away:
            return None
        names = [self._name(kind, key, revision), self._found]
        try:
            text = self._look(keys=names, args=[f"{kind}:{key}"])
        except redis.RedisError as error:
            self._leave(error)
            return None
        return _read(text) if isinstance(text, bytes) else None

    def put(self, kind: str, key: str, revision: str, answer: NearAnswer) -> None:
        """Keep an answer, unless it is too large."""
        text = json.dumps({"made_at": answer.made_at.isoformat(), "value": answer.value})
        if self.away or len(text) > LARGEST_NEAR:
            return
        try:
            self._client.set(self._name(kind, key, revision), text, ex=KEPT_SECONDS)
        except redis.RedisError as error:
            self._leave(error)

    def counts_take(self) -> dict[tuple[str, str], int]:
        """How often each answer was found here since the last time, by kind and key.

        Whoever dies between this and writing it down loses a count, never doubles one.
        """
        try:
            pipeline = self._client.pipeline(transaction=True)
            pipeline.hgetall(self._found)
            pipeline.delete(self._found)
            asked, _ = pipeline.execute()
        except redis.RedisError as error:
            self._leave(error)
            return {}
        pairs = ((field.decode().partition(":"), number) for field, number in asked.items())
        return {(kind, key): int(number) for (kind, _, key), number in pairs}

    def is_up(self) -> bool:
        """Whether it answers now."""
        try:
            return bool(self._client.ping())
        except redis.RedisError:
            return False

    def _name(self, kind: str, key: str, revision: str) -> str:
        return f"{self._prefix}:{kind}:{key}:{revision}"

    def _leave(self, error: redis.RedisError) -> None:
        if not self.away:
            log.warning("near_copy.away", error=str(error))
        self._away_until = time.monotonic() + AWAY_SECONDS


@cache
def near() -> Near:
    """The near copies of this process; an embedded server is started with the first use."""
    if not settings.ENVIRONMENT.redis_url:
        try:
            servers_of(settings.STATE_DIR).ensure_valkey()
        except EmbeddedServerError as error:
            log.warning("near_copy.away", error=str(error))
    return Near(settings.REDIS_URL, settings.CACHES["default"]["KEY_PREFIX"])


def _read(text: bytes) -> NearAnswer | None:
    """What a text says; None for one that this format does not have."""
    try:
        read = json.loads(text)
        value, made_at = read["value"], datetime.fromisoformat(read["made_at"])
    except (ValueError, TypeError, KeyError, RecursionError):
        log.warning("near_copy.unreadable")
        return None
    return NearAnswer(value, made_at) if isinstance(value, dict) else None
