"""Chunks on their way to a store: many at once, their order proved by the acknowledgements."""

from __future__ import annotations

import asyncio
import json
from itertools import pairwise
from typing import Any, Self

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

from apps.shared.artifacts.engine.errors import ArtifactUnavailable
from apps.shared.artifacts.objects.lasting import Away

CHUNKS = 24
"""At once on their way."""
ANSWER_SECONDS = 20.0
_FULL = {10047, 10077, 10053}
"""JetStream's error codes: no room in the account, most messages and most bytes of a stream."""
FULL = "The store is full: it takes more when Centralcloud has cleared closed rounds away."


class Window:
    """Publishes to one subject; use as an async context manager.

    Raises:
        Away: no acknowledgement for long, or one that says try again.
        ArtifactUnavailable: the store is full.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._inbox = client.new_inbox()
        self._sent = 0
        self._sequences: dict[int, int] = {}
        self._problem: Exception | None = None
        self._changed = asyncio.Event()
        self._subscription: Subscription | None = None

    async def send(self, subject: str, data: bytes) -> None:
        """Send one more, once there is room in the window."""
        while self._sent - len(self._sequences) >= CHUNKS:
            await self._wait()
        reply = f"{self._inbox}.{self._sent}"
        self._sent += 1
        await self._client.publish(subject, data, reply=reply)

    async def done(self) -> None:
        """Wait until all are stored, in the order in which they were sent."""
        while len(self._sequences) < self._sent:
            await self._wait()
        order = [self._sequences[number] for number in range(self._sent)]
        if any(after <= before for before, after in pairwise(order)):
            raise Away("chunks were stored out of their order")

    async def __aenter__(self) -> Self:
        self._subscription = await self._client.subscribe(f"{self._inbox}.*", cb=self._take)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._subscription is not None and not self._client.is_closed:
            await self._subscription.unsubscribe()

    async def _wait(self) -> None:
        if self._problem is not None:
            raise self._problem
        self._changed.clear()
        async with asyncio.timeout(ANSWER_SECONDS):
            await self._changed.wait()
        if self._problem is not None:
            raise self._problem

    async def _take(self, message: Msg) -> None:
        if (message.headers or {}).get("Status"):
            self._fail(Away("no such store: Centralcloud makes them when it is connected"))
            return
        said: dict[str, Any] = json.loads(message.data)
        if (error := said.get("error")) is not None:
            self._fail(_refusal(error))
            return
        self._sequences[int(message.subject.rpartition(".")[2])] = said["seq"]
        self._changed.set()

    def _fail(self, problem: Exception) -> None:
        self._problem = self._problem or problem
        self._changed.set()


def _refusal(error: dict[str, Any]) -> Exception:
    text = str(error.get("description", "refused"))
    if error.get("err_code") in _FULL or "maximum" in text:
        return ArtifactUnavailable(FULL)
    return Away(f"the store refuses a chunk: {text}")
