"""INTELLIGENCE from its first message, read by a consumer of its own that leaves no trace."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine, Iterable, Iterator
from contextlib import AsyncExitStack, suppress
from datetime import datetime
from types import TracebackType
from typing import Any, Self, TypeVar

from django.conf import settings
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from apps.shared.contracts.subjects import Stream
from apps.shared.nats_bridge.connection import NoConnection, connected
from apps.shared.nats_bridge.letters import Letter
from apps.shared.nats_bridge.names import API, durable_name
from apps.shared.nats_bridge.pull import Pull

STREAM = Stream.INTELLIGENCE
IDLE_SECONDS = 600.0
"""How long the server keeps the consumer while nothing is asked of it."""
WAIT_SECONDS = 20.0
T = TypeVar("T")


class StreamUnreadable(Exception):
    """The stream cannot be read, or not to its end; the text is one line for people."""


class StreamReader:
    """A synchronous reader: database work happens between batches, outside the event loop."""

    def __init__(self, subjects: Iterable[str]) -> None:
        self._subjects = sorted(subjects)
        self._runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        self._last = 0
        self.messages = 0
        self.first_sequence = 0
        self.begins_at: datetime | None = None

    def __enter__(self) -> Self:
        try:
            self._run(self._open())
        except StreamUnreadable:
            self._close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:  # fmt: skip
        self._close()

    def applied_up_to(self) -> int:
        """The sequence up to which this site's bridge has dealt with every message."""
        name = durable_name(settings.IDENTITY.name)
        info = self._run(self._client.jetstream().consumer_info(STREAM, name))
        return (info.ack_floor.stream_seq if info.ack_floor else 0) or 0

    def batches(self) -> Iterator[list[Letter]]:
        """Messages, until there is none left at this moment."""
        while self._run(self._behind()):
            messages = self._run(self._pull.batch(wait=WAIT_SECONDS))
            if not messages:
                raise StreamUnreadable(f"{STREAM} fell silent after message {self._last}")
            letters = [_letter(one) for one in messages]
            self._last = letters[-1].sequence
            yield letters

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        try:
            return self._runner.run(work)
        except (NatsError, NoConnection) as error:
            raise StreamUnreadable(f"{STREAM} cannot be read: {error}") from None

    def _close(self) -> None:
        self._runner.run(self._stack.aclose())
        self._runner.close()

    async def _open(self) -> None:
        key = settings.IDENTITY.key
        if key is None:
            raise NoConnection("this site has no key")
        self._client: Client = await self._stack.enter_async_context(connected(key=key))
        answer = await self._client.request(f"{API}.STREAM.INFO.{STREAM}", timeout=WAIT_SECONDS)
        state = json.loads(answer.data).get("state")
        if state is None:
            raise NoConnection("there is no such stream: `manage.py nats_setup` makes it")
        self.first_sequence = state["first_seq"]
        self.begins_at = datetime.fromisoformat(state["first_ts"])
        info = await self._client.jetstream().add_consumer(
            STREAM,
            ConsumerConfig(
                deliver_policy=DeliverPolicy.ALL,
                ack_policy=AckPolicy.NONE,
                filter_subjects=self._subjects,
                inactive_threshold=IDLE_SECONDS,
                mem_storage=True,
                num_replicas=1,
            ),
        )
        self._name, self.messages = info.name, info.num_pending or 0
        self._stack.push_async_callback(self._leave)
        self._pull = await self._stack.enter_async_context(
            Pull(self._client, stream=STREAM, consumer=self._name)
        )

    async def _leave(self) -> None:
        if self._client.is_closed:
            return
        with suppress(NatsError):  # lost already, or the server removes it when it was idle
            await self._client.jetstream().delete_consumer(STREAM, self._name)

    async def _behind(self) -> bool:
        info = await self._client.jetstream().consumer_info(STREAM, self._name)
        delivered = (info.delivered.stream_seq if info.delivered else 0) or 0
        return bool(info.num_pending) or delivered > self._last


def _letter(message: Msg) -> Letter:
    about = message.metadata
    return Letter(
        subject=message.subject,
        headers=message.headers or {},
        data=message.data,
        stream=about.stream,
        sequence=about.sequence.stream,
        stored_at=about.timestamp,
    )
