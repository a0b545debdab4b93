"""Publish to JetStream without waiting, and learn of each message what became of it.

nats-py's ``publish_async`` does the same but never tells of a refusal: its handler of replies
raises the stream's error instead of giving it to the one who waits (nats-py 2.16.0,
``JetStreamContext._handle_async_reply``).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from itertools import count

from nats.aio.client import Client
from nats.aio.msg import Msg

_TOO_LARGE = 10054  # JetStream's error code for "message size exceeds maximum allowed"
NO_STREAM = "no stream takes it: `manage.py nats_setup` at Centralcloud makes them"


class NotStored(Exception):
    """The stream did not take the message; ``hopeless`` where it never will."""

    def __init__(self, text: str, *, hopeless: bool = False) -> None:
        super().__init__(text)
        self.hopeless = hopeless


class Publisher:
    """Publishes over one connection; its replies come to an inbox of its own."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._inbox = ""
        self._numbers = count()
        self._waiting: dict[str, asyncio.Future[None]] = {}

    async def publish(
        self, subject: str, data: bytes, headers: Mapping[str, str]
    ) -> asyncio.Future[None]:
        """A future that is done when the message is stored, or fails with NotStored.

        Raises nats' Error when it cannot even be sent.
        """
        if not self._inbox:
            self._inbox = self._client.new_inbox()
            await self._client.subscribe(f"{self._inbox}.*", cb=self._take)
        reply = f"{self._inbox}.{next(self._numbers)}"
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[reply] = future
        future.add_done_callback(lambda _: self._waiting.pop(reply, None))
        try:
            await self._client.publish(subject, data, reply=reply, headers=dict(headers))
        except BaseException:
            future.cancel()
            raise
        return future

    async def _take(self, message: Msg) -> None:
        future = self._waiting.get(message.subject)
        if future is None or future.done():
            return
        refusal = _refusal(message)
        if refusal is None:
            future.set_result(None)
        else:
            future.set_exception(refusal)


def _refusal(message: Msg) -> NotStored | None:
    """What the reply says against it. Source: NATS JetStream wire API, "PubAck"."""
    if (message.headers or {}).get("Status"):
        return NotStored(NO_STREAM)
    error = json.loads(message.data).get("error")
    if error is None:
        return None
    text = f"{error.get('description', 'refused')} ({error.get('err_code', error.get('code'))})"
    return NotStored(text, hopeless=error.get("err_code") == _TOO_LARGE)
