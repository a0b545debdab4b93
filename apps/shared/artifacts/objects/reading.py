"""Messages of a store, asked for by direct get: no consumer, and the right to nothing else.

Source: NATS ADR-31, "Batched requests".
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nats.aio.client import Client
from nats.aio.msg import Msg

from apps.shared.artifacts.objects.lasting import Away
from apps.shared.nats_bridge.names import direct_subject, stream_info_subject

BATCH = 32
"""Messages of one request, and so what is held in memory at most: 16 MiB."""
ANSWER_SECONDS = 10.0
_END, _NOT_FOUND = "204", "404"


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """A message of a store."""

    subject: str
    sequence: int
    time: datetime
    data: bytes


async def messages(
    client: Client, store: str, subject: str, *, after: int = 0
) -> AsyncIterator[StoredMessage]:
    """All messages of a subject (also one with wildcards) behind a sequence, in order.

    Raises Away when there is no answer, or no such store.
    """
    while True:
        asked = {"next_by_subj": subject, "seq": after + 1, "batch": BATCH}
        found = 0
        async for one in _answers(client, direct_subject(store), asked):
            yield one
            after, found = one.sequence, found + 1
        if found < BATCH:
            return


async def last_message(client: Client, store: str, subject: str) -> StoredMessage | None:
    """The last message of a subject; None where there is none. Raises Away."""
    asked = {"multi_last": [subject], "batch": 1}
    async for one in _answers(client, direct_subject(store), asked):
        return one
    return None


async def subjects(client: Client, store: str, under: str) -> dict[str, int]:
    """The subjects of a store, and how many messages each has. Raises Away."""
    found: dict[str, int] = {}
    while True:
        asked = {"subjects_filter": under, "offset": len(found)}
        said = await _asked(client, stream_info_subject(store), asked)
        page = said["state"].get("subjects") or {}
        found |= page
        if not page or len(found) >= said.get("total", 0):
            return found


async def _asked(client: Client, subject: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await client.request(subject, json.dumps(body).encode(), timeout=ANSWER_SECONDS)
    said: dict[str, Any] = json.loads(answer.data)
    if (error := said.get("error")) is not None:
        raise Away(f"{error.get('description')}: Centralcloud makes stores when it is connected")
    return said


async def _answers(
    client: Client, subject: str, body: dict[str, Any]
) -> AsyncIterator[StoredMessage]:
    """The messages of one request, until the server says that these are all."""
    arrived: asyncio.Queue[Msg] = asyncio.Queue()

    async def take(message: Msg) -> None:
        arrived.put_nowait(message)

    inbox = client.new_inbox()
    subscription = await client.subscribe(inbox, cb=take)
    try:
        await client.publish(subject, json.dumps(body).encode(), reply=inbox)
        while (message := await _next(arrived)) is not None:
            yield message
    finally:
        if not client.is_closed:
            await subscription.unsubscribe()


async def _next(arrived: asyncio.Queue[Msg]) -> StoredMessage | None:
    async with asyncio.timeout(ANSWER_SECONDS):
        message = await arrived.get()
    headers = message.headers or {}
    status = headers.get("Status")
    if status in (_END, _NOT_FOUND):
        return None
    if status is not None:
        raise Away("no such store: Centralcloud makes them when it is connected")
    time = datetime.fromisoformat(headers["Nats-Time-Stamp"])
    return StoredMessage(headers["Nats-Subject"], int(headers["Nats-Sequence"]), time, message.data)
