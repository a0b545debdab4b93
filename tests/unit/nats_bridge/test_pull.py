"""What a bridge was handed and did not settle is another's at once when it ends."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from typing import Any

import pytest
from nats.aio.client import Client

from apps.shared.contracts.subjects import SERVICE
from apps.shared.nats_bridge import consumer as consuming
from apps.shared.nats_bridge.consumer import Consumer
from apps.shared.nats_bridge.database import DatabaseThreads
from apps.shared.nats_bridge.pull import Pull
from apps.shared.nats_bridge.received import Received
from tests.common.bridge import Site, ready, tell

STREAM = "INTELLIGENCE"


async def taken_over(client: Client, messages: int) -> list[int]:
    """What another bridge gets long before ``ack_wait`` has passed, by the places in the stream."""
    pull = await client.jetstream().pull_subscribe_bind(SERVICE, STREAM)
    places: list[int] = []
    while len(places) < messages:
        for message in await pull.fetch(messages, timeout=5):
            places.append(message.metadata.sequence.stream)
            await message.ack()
    await pull.unsubscribe()
    return places


def test_what_was_on_its_way_when_a_pull_ended_is_given_back(site: Site) -> None:
    """It lies in the socket: this loop stands still while it comes."""

    async def tell_beside() -> None:
        async with ready(site) as other:
            await tell(other, site, 1)

    async def scenario() -> None:
        async with ready(site) as client:
            async with Pull(client, stream=STREAM, consumer=SERVICE) as pull:
                assert await pull.batch(wait=0.1) == []
                thread = threading.Thread(target=asyncio.run, args=[tell_beside()])
                thread.start()
                thread.join()
            assert await taken_over(client, 1) == [1]

    asyncio.run(scenario())


def test_what_a_consumer_held_when_it_ended_is_given_back(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some are being applied, and others wait behind them."""
    monkeypatch.setattr(consuming, "BATCH_MESSAGES", 2)
    applying, go_on = threading.Event(), threading.Event()

    def react(_messages: Sequence[Received[Any]]) -> None:
        applying.set()
        go_on.wait(20)

    site.react = react

    async def scenario() -> None:
        async with ready(site) as client:
            with DatabaseThreads("reading") as reading, DatabaseThreads("applying", 2) as database:
                consumer = Consumer(
                    client,
                    site.wiring,
                    reading=reading,
                    applying=database,
                    stream=STREAM,
                    consumer=SERVICE,
                )
                task = asyncio.create_task(consumer.run())
                for number in range(20):
                    await tell(client, site, number)
                await asyncio.to_thread(applying.wait, 20)
                task.cancel()
                await asyncio.sleep(0.5)
                go_on.set()
                await asyncio.wait([task])
            rest = await taken_over(client, 20 - len(site.came))
            assert sorted([number + 1 for number in site.came] + rest) == list(range(1, 21))

    asyncio.run(scenario())


def test_a_consumer_that_is_gone_is_not_asked_without_pause(site: Site) -> None:
    async def scenario() -> None:
        async with (
            ready(site) as client,
            Pull(client, stream=STREAM, consumer=SERVICE) as pull,
        ):
            assert await pull.batch(wait=0.1) == []
            await client.jetstream().delete_consumer(STREAM, SERVICE)
            before = client.stats["out_msgs"]
            assert await pull.batch(wait=1.5) == []
            assert client.stats["out_msgs"] - before < 5

    asyncio.run(scenario())
