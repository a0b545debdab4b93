"""Messages of a durable pull consumer, in batches bounded in number and bytes.

nats-py's ``fetch`` knows no bound in bytes and, once a first message has come, waits for the rest
of a batch until its time is up. Here a pull request stands open; a batch is what has come when
the stream pauses for a moment. The next request is made before a batch is worked on, so that
its messages travel meanwhile: two requests' worth are in memory at most.

Source: NATS ADR-37 (simplified JetStream API), "pull consumers"; status codes of pull requests.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Self

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError

from apps.shared.nats_bridge.names import ACK, next_subject

BATCH_MESSAGES = 256
BATCH_BYTES = 4 * 1024 * 1024
EXPIRES_SECONDS = 30.0
HEARTBEAT_SECONDS = 5.0
DRAIN_SECONDS = 2.0
AGAIN_SECONDS = 1.0
"""A request that brought nothing is not made again sooner: the consumer or its server is away."""
QUIET_SECONDS = 0.01
"""A pause of the stream that ends a batch."""
_HEARTBEAT = "100"


class Pull:
    """One bridge's open requests to a consumer; use as a context manager."""

    def __init__(self, client: Client, *, stream: str, consumer: str) -> None:
        self._client = client
        self._subject = next_subject(stream, consumer)
        self._messages: deque[Msg] = deque()
        self._came = asyncio.Event()
        self._open = 0
        self._heard = self._asked = 0.0
        self._vain = False
        self._inbox = ""
        self._subscription: Subscription | None = None

    async def __aenter__(self) -> Self:
        self._inbox = self._client.new_inbox()
        self._subscription = await self._client.subscribe(self._inbox, cb=self._take)
        return self

    async def __aexit__(self, *_error: object) -> None:
        """What came, or was on its way, and is in no batch goes to another bridge at once."""
        with suppress(NatsError, TimeoutError):
            if self._subscription is not None:
                drain: Any = self._subscription.drain  # nats-py does not type it
                await asyncio.wait_for(drain(), DRAIN_SECONDS)
        await give_back(self._messages)

    @property
    def waiting(self) -> tuple[Msg, ...]:
        """Messages that came and are in no batch yet."""
        return tuple(self._messages)

    async def batch(self, *, wait: float) -> list[Msg]:
        """The next messages; none when none came within ``wait`` seconds."""
        await self._request()
        end = asyncio.get_running_loop().time() + wait
        while not self._messages:
            left = end - asyncio.get_running_loop().time()
            if left <= 0:
                return []
            await self._something(min(left, HEARTBEAT_SECONDS if self._open > 0 else AGAIN_SECONDS))
            await self._request()
        size = 0
        taken: list[Msg] = []
        while len(taken) < BATCH_MESSAGES and size < BATCH_BYTES:
            if not self._messages and not await self._something(QUIET_SECONDS):
                break
            while self._messages and len(taken) < BATCH_MESSAGES and size < BATCH_BYTES:
                taken.append(self._messages.popleft())
                size += len(taken[-1].data)
        await self._request()
        return taken

    async def _request(self) -> None:
        """Ask for more where nothing is asked for, or where the answer seems to be lost."""
        now = asyncio.get_running_loop().time()
        silent = now - self._heard > 2 * HEARTBEAT_SECONDS
        if (self._open > 0 and not silent) or len(self._messages) >= BATCH_MESSAGES:
            return
        if self._vain and now - self._asked < AGAIN_SECONDS:
            return
        self._open, self._heard, self._asked, self._vain = BATCH_MESSAGES, now, now, False
        request = {
            "batch": BATCH_MESSAGES,
            "max_bytes": BATCH_BYTES,
            "expires": int(EXPIRES_SECONDS * 1e9),
            "idle_heartbeat": int(HEARTBEAT_SECONDS * 1e9),
        }
        await self._client.publish(self._subject, json.dumps(request).encode(), self._inbox)

    async def _take(self, message: Msg) -> None:
        """A message of the stream says where to acknowledge it; a status does not."""
        self._heard = asyncio.get_running_loop().time()
        if message.reply.startswith(f"{ACK}."):
            self._messages.append(message)
            self._open -= 1
        elif (message.headers or {}).get("Status") != _HEARTBEAT:
            self._vain = self._open == BATCH_MESSAGES
            self._open = 0
        self._came.set()

    async def _something(self, wait: float) -> bool:
        """Whether anything came within so many seconds."""
        self._came.clear()
        try:
            await asyncio.wait_for(self._came.wait(), wait)
        except TimeoutError:
            return False
        return True


async def give_back(messages: Iterable[Msg]) -> None:
    """Other bridges get them now; without a connection they come again after ``ack_wait``."""
    for message in messages:
        with suppress(NatsError):  # also of one that was acknowledged meanwhile
            await message.nak()
