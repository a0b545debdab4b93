"""What a bridge does over one connection, until that is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import structlog
from nats.aio.client import Client

from apps.shared.contracts.subjects import MESSAGES, Stream
from apps.shared.nats_bridge import setup
from apps.shared.nats_bridge.consumer import Consumer
from apps.shared.nats_bridge.database import DatabaseThreads
from apps.shared.nats_bridge.heartbeat import beat
from apps.shared.nats_bridge.jitter import every
from apps.shared.nats_bridge.names import STREAMS_OF_INSTANCES, durable_name
from apps.shared.nats_bridge.queries import QueryService
from apps.shared.nats_bridge.relay import Relay, Sender
from apps.shared.nats_bridge.standing import consumer_standing
from apps.shared.nats_bridge.status import Status
from apps.shared.nats_bridge.wiring import Wiring

log = structlog.get_logger(__name__)

HEARTBEAT_SECONDS = 20.0
AUDIENCES_SECONDS = 30.0
STATE_SECONDS = 5.0
CONSUMER_SECONDS = 5.0
WAITING = (
    "Waiting for Centralcloud to make the consumer of {name} in {stream}; "
    "messages are sent meanwhile."
)
FOUND = "Centralcloud has made the consumer of {name} in {stream}: it is read from now on."


class ConnectionLost(Exception):
    """The connection has ended."""


@dataclass(frozen=True, slots=True)
class Threads:
    """Where database work happens."""

    relay: DatabaseThreads
    reading: DatabaseThreads
    applying: DatabaseThreads
    small: DatabaseThreads
    questions: DatabaseThreads


@dataclass(frozen=True, slots=True)
class Session:
    """One connection, and what is needed to work over it."""

    client: Client
    sender: Sender
    wiring: Wiring
    threads: Threads
    status: Status
    say: Callable[[str], None]

    @property
    def central(self) -> bool:
        """Whether this is the site that owns the streams."""
        return self.wiring.audiences is not None

    @property
    def streams(self) -> tuple[Stream, ...]:
        """What this site reads: where there is something that it handles."""
        there = (Stream.INTELLIGENCE,) if self.central else STREAMS_OF_INSTANCES
        handled = {one.stream for one in MESSAGES if one.subject in self.wiring.handlers}
        return tuple(stream for stream in there if stream in handled)

    def relay(self) -> Relay:
        """Sends what is in this site's outbox."""
        return Relay(self.client, self.sender, self.threads.relay)

    def consumer(self, stream: Stream) -> Consumer:
        """Receives from this site's durable consumer of a stream."""
        return Consumer(
            self.client,
            self.wiring,
            reading=self.threads.reading,
            applying=self.threads.applying,
            stream=stream,
            consumer=durable_name(self.sender.name),
        )

    async def prepare(self) -> None:
        """What may not leave is held back; Centralcloud makes the streams and its own consumer."""
        if self.wiring.before_sending is not None:
            await self.threads.small.run(self.wiring.before_sending)
        if not self.central:
            return
        await setup.streams_ensure(self.client)
        if self.wiring.handlers:
            await setup.site_consumer_ensure(self.client, self.sender.name, self.wiring)

    async def new_audiences(self, known: set[str]) -> None:
        """Consumers for each instance that is not in ``known``, which is brought up to date."""
        audiences = self.wiring.audiences
        if audiences is None:
            return
        names = set(await self.threads.small.run(lambda: list(audiences())))
        await setup.audiences_ensure(self.client, sorted(names - known))
        known.clear()
        known.update(names)

    async def consumer_is_there(self, stream: Stream) -> bool:
        """Whether Centralcloud has made this site's consumer, and this site may use it."""
        standing = await consumer_standing(
            self.client, stream=stream, consumer=durable_name(self.sender.name)
        )
        if standing is not None:
            self.status.waiting[stream] = standing.unsettled
        return standing is not None

    async def run(self, wake: asyncio.Event, lost: asyncio.Event) -> None:
        """Everything at once, until the connection is lost. Raises ConnectionLost."""
        await self.prepare()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_raise_when(lost))
            tasks.create_task(self.relay().run(wake))
            for stream in self.streams:
                tasks.create_task(self._receive(stream))
            if self.wiring.heartbeat is not None:
                tasks.create_task(every(HEARTBEAT_SECONDS, self._beat))
            if self.central:
                known = set[str]()
                tasks.create_task(every(AUDIENCES_SECONDS, lambda: self.new_audiences(known)))
            if self.wiring.questions:
                service = QueryService(
                    self.client, self.sender, self.wiring, self.threads.questions
                )
                tasks.create_task(service.run())

    async def _receive(self, stream: Stream) -> None:
        await self._wait_for_consumer(stream)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(every(STATE_SECONDS, partial(self.consumer_is_there, stream)))
            tasks.create_task(self.consumer(stream).run())

    async def _wait_for_consumer(self, stream: Stream) -> None:
        """NATS tells nobody when a consumer is made: ask every few seconds."""
        waited = False
        while True:
            if await self.consumer_is_there(stream):
                break
            if not waited:
                self.say(WAITING.format(name=self.sender.name, stream=stream))
            waited = True
            await asyncio.sleep(CONSUMER_SECONDS)
        if waited:
            self.say(FOUND.format(name=self.sender.name, stream=stream))

    async def _beat(self) -> None:
        await beat(self.client, self.sender.name, self.wiring, self.threads.small)


async def _raise_when(lost: asyncio.Event) -> None:
    await lost.wait()
    raise ConnectionLost("the connection to NATS was lost")
