"""What a bridge does over one connection, until that is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from nats.aio.client import Client

from apps.shared.contracts.subjects import Stream
from apps.shared.nats_bridge import setup
from apps.shared.nats_bridge.consumer import Consumer
from apps.shared.nats_bridge.database import DatabaseThreads
from apps.shared.nats_bridge.heartbeat import beat
from apps.shared.nats_bridge.jitter import every
from apps.shared.nats_bridge.names import STREAM_OF_INSTANCES, durable_name
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
WAITING = "Waiting for Centralcloud to make the consumer of {name}; messages are sent meanwhile."
FOUND = "Centralcloud has made the consumer of {name}: messages are received from now on."


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
    def stream(self) -> Stream:
        """What this site reads."""
        return Stream.INTELLIGENCE if self.central else STREAM_OF_INSTANCES

    def relay(self) -> Relay:
        """Sends what is in this site's outbox."""
        return Relay(self.client, self.sender, self.threads.relay)

    def consumer(self) -> Consumer:
        """Receives from this site's durable consumer."""
        return Consumer(
            self.client,
            self.wiring,
            reading=self.threads.reading,
            applying=self.threads.applying,
            stream=self.stream,
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
        """A consumer for each instance that is not in ``known``, which is brought up to date."""
        audiences = self.wiring.audiences
        if audiences is None:
            return
        names = set(await self.threads.small.run(lambda: list(audiences())))
        await setup.audiences_ensure(self.client, sorted(names - known))
        known.clear()
        known.update(names)

    async def consumer_is_there(self) -> bool:
        """Whether Centralcloud has made this site's consumer, and this site may use it."""
        standing = await consumer_standing(
            self.client, stream=self.stream, consumer=durable_name(self.sender.name)
        )
        if standing is not None:
            self.status.pending = standing.unsettled
        return standing is not None

    async def run(self, wake: asyncio.Event, lost: asyncio.Event) -> None:
        """Everything at once, until the connection is lost. Raises ConnectionLost."""
        await self.prepare()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_raise_when(lost))
            tasks.create_task(self.relay().run(wake))
            tasks.create_task(self._receive())
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

    async def _receive(self) -> None:
        if not self.wiring.handlers:
            return
        await self._wait_for_consumer()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(every(STATE_SECONDS, self.consumer_is_there))
            tasks.create_task(self.consumer().run())

    async def _wait_for_consumer(self) -> None:
        """NATS tells nobody when a consumer is made: ask every few seconds."""
        waited = False
        while True:
            if await self.consumer_is_there():
                break
            if not waited:
                self.say(WAITING.format(name=self.sender.name))
            waited = True
            await asyncio.sleep(CONSUMER_SECONDS)
        if waited:
            self.say(FOUND.format(name=self.sender.name))

    async def _beat(self) -> None:
        await beat(self.client, self.sender.name, self.wiring, self.threads.small)


async def _raise_when(lost: asyncio.Event) -> None:
    await lost.wait()
    raise ConnectionLost("the connection to NATS was lost")
