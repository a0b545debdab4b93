"""Two sites in one process: an instance that sends, and Centralcloud that receives."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ParamSpec, TypeVar

from django.db import connections
from nats.aio.client import Client

from apps.shared.contracts.errors import MessageRefused, Reason
from apps.shared.contracts.event import event_encode, event_of
from apps.shared.contracts.nkeys import NKey
from apps.shared.contracts.payloads import StatisticsReported
from apps.shared.contracts.subjects import SERVICE, Stream, instance_source
from apps.shared.nats_bridge.connection import connected
from apps.shared.nats_bridge.consumer import Consumer
from apps.shared.nats_bridge.database import DatabaseThreads
from apps.shared.nats_bridge.models import OutboxMessage
from apps.shared.nats_bridge.names import durable_name
from apps.shared.nats_bridge.received import Received
from apps.shared.nats_bridge.relay import Relay, Sender
from apps.shared.nats_bridge.setup import site_consumer_ensure, streams_ensure
from apps.shared.nats_bridge.wiring import Wiring

P = ParamSpec("P")
T = TypeVar("T")
REPORT = "intelligence.statistics.reported"
INSTANCE = "one"


def report(revision: int, **fields: Any) -> StatisticsReported:
    """A small fact with a number to know it by."""
    numbers = dict.fromkeys(("codebases", "files", "chunks", "vectors"), 0)
    return StatisticsReported(
        revision=revision, reported_at=datetime.now(UTC), **{**numbers, **fields}
    )


@dataclass
class Site:
    """Centralcloud's side: what came, and what its handler does with it."""

    seeds: dict[str, str]
    came: list[int] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)
    react: Callable[[Sequence[Received[Any]]], None] = lambda _messages: None

    @property
    def wiring(self) -> Wiring:
        return Wiring(handlers={REPORT: self.handle}, senders=self.keys_of)

    def keys_of(self, source: str, *, stored_at: datetime) -> Sequence[str]:
        name = source.removeprefix("/instances/")
        if name not in self.seeds:
            raise MessageRefused(Reason.UNKNOWN_SENDER, source)
        return (NKey.from_seed(self.seeds[name]).public,)

    def handle(self, messages: Sequence[Received[StatisticsReported]]) -> None:
        self.react(messages)
        self.batches.append(len(messages))
        self.came += [one.payload.revision for one in messages]

    def sender(self, name: str = INSTANCE) -> Sender:
        """Who an instance is to its relay."""
        return Sender(name, instance_source(name), NKey.from_seed(self.seeds[name]))


async def empty_nats(seed: str) -> None:
    """Delete all streams."""
    async with connected(key=NKey.from_seed(seed)) as client:
        jetstream = client.jetstream()
        for stream in await jetstream.streams_info():
            await jetstream.delete_stream(str(stream.config.name))


@asynccontextmanager
async def ready(site: Site) -> AsyncIterator[Client]:
    """A connection to a NATS that is set up."""
    async with connected(key=NKey.from_seed(site.seeds[SERVICE])) as client:
        await streams_ensure(client)
        await site_consumer_ensure(client, SERVICE, site.wiring)
        yield client


async def tell(
    client: Client,
    site: Site,
    revision: int,
    *,
    name: str = INSTANCE,
    seed: str = "",
    event_id: str = "",
    change: Callable[[dict[str, str], bytes], tuple[dict[str, str], bytes]] | None = None,
) -> None:
    """Publish a report as an instance does, or with something wrong."""
    event = event_of(
        report(revision), subject=REPORT, source=instance_source(name), event_id=event_id
    )
    headers = event_encode(event, NKey.from_seed(seed or site.seeds[name]))
    data = event.data
    if change is not None:
        headers, data = change(headers, data)
    await client.jetstream().publish(REPORT, data, headers=headers)


async def send_all(client: Client, site: Site) -> int:
    """Relay until the outbox is empty."""
    total = 0
    with DatabaseThreads("relay") as database:
        relay = Relay(client, site.sender(), database)
        while sent := await relay.send_some():
            total += sent
    return total


async def receive_all(client: Client, site: Site) -> int:
    """Receive until the stream is empty."""
    with DatabaseThreads("reading") as reading, DatabaseThreads("applying") as applying:
        consumer = Consumer(
            client,
            site.wiring,
            reading=reading,
            applying=applying,
            stream=Stream.INTELLIGENCE,
            consumer=durable_name(SERVICE),
        )
        received = await consumer.run_once()
    assert received is not None
    return received


async def in_database(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Database work of a test, in a thread that leaves no connection behind."""

    def closing() -> T:
        try:
            return work(*args, **kwargs)
        finally:
            connections.close_all()

    return await asyncio.to_thread(closing)


async def until(true: Callable[[], bool], seconds: float = 30) -> None:
    """Wait for something of the database to be so."""
    end = time.monotonic() + seconds
    while not await in_database(true):
        assert time.monotonic() < end, "it never was so"
        await asyncio.sleep(0.05)


def keys_of(source: str, *, stored_at: datetime) -> Sequence[str]:
    """What a wiring names as its SENDERS: those of the test's site."""
    assert SITE is not None
    return SITE.keys_of(source, stored_at=stored_at)


def handle(messages: Sequence[Received[StatisticsReported]]) -> None:
    """What a wiring names as the handler of reports."""
    assert SITE is not None
    SITE.handle(messages)


def audiences() -> list[str]:
    """What a wiring of Centralcloud names as its AUDIENCES."""
    return ["one", "two"]


SITE: Site | None = None
"""The site of the running test, for a wiring that names this module."""
HANDLERS = {REPORT: "tests.common.bridge.handle"}
SENDERS = "tests.common.bridge.keys_of"
HEARTBEAT = AUDIENCES = BEFORE_SENDING = ""
QUERIES: dict[str, str] = {}


def outbox_empty() -> None:
    """What a site does that lets nothing leave."""
    OutboxMessage.objects.all().delete()
