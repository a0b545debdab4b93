"""Wakes the relay when a transaction that queued a message commits (LISTEN/NOTIFY)."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog
from django.db import connections
from psycopg import AsyncConnection, Error

from apps.shared.core.embedded.errors import EmbeddedServerError
from apps.shared.nats_bridge.jitter import pause
from apps.shared.nats_bridge.services.outbox import CHANNEL

_DJANGO_ONLY = ("context", "cursor_factory")
"""Its own cursors and adapters; all others are libpq's, as ``DATABASE_URL`` has them."""
log = structlog.get_logger(__name__)


async def listen(*, name: str, wake: asyncio.Event) -> None:
    """Set ``wake`` whenever ``name`` has something to send; connects again for ever.

    What is queued while there is no connection is found by the relay's polling.
    """
    failures = 0
    while True:
        try:
            async with await _connection() as connection:
                await connection.execute(f"LISTEN {CHANNEL}")
                failures = 0
                wake.set()
                async for notice in connection.notifies():
                    if notice.payload == name:
                        wake.set()
        except (Error, OSError, EmbeddedServerError) as error:
            log.debug("outbox.listen_failed", error=str(error))
        failures += 1
        await pause(failures)


async def _connection() -> AsyncConnection[Any]:
    """A connection of its own, with Django's parameters."""
    parameters = await asyncio.to_thread(_parameters)
    return await AsyncConnection.connect(**parameters, autocommit=True)


def _parameters() -> dict[str, Any]:
    given = connections["default"].get_connection_params()
    return {name: value for name, value in given.items() if name not in _DJANGO_ONLY}
