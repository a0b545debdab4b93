"""Object stores as tests want them: empty, and with what was put wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from django.conf import settings
from nats.aio.client import Client
from nats.nuid import NUID

from apps.shared.artifacts.engine.objects import StoredObject, stored_decode
from apps.shared.contracts.nkeys import NKey
from apps.shared.nats_bridge.connection import connected
from apps.shared.nats_bridge.names import chunk_subject, object_subject, store_stream
from apps.shared.nats_bridge.setup import audiences_ensure, streams_ensure
from tests.common.bridge import empty_nats

T = TypeVar("T")


async def stores_make(seed: str) -> None:
    """Nothing but what Centralcloud makes when it starts, and the store of the instance ``one``."""
    await empty_nats(seed)
    async with connected(key=NKey.from_seed(seed)) as client:
        await streams_ensure(client)
        await audiences_ensure(client, ["one"])


def on_nats(act: Callable[[Client], Awaitable[T]]) -> T:
    """Do something over a connection of this site."""

    async def run() -> T:
        key = settings.IDENTITY.key
        assert key is not None
        async with connected(key=key) as client:
            return await act(client)

    return asyncio.run(run())


def stored(store: str, name: str) -> StoredObject:
    """What a store says of an object."""

    async def read(client: Client) -> StoredObject:
        message = await client.jetstream().get_last_msg(
            store_stream(store), object_subject(store, name)
        )
        assert message.data
        found = stored_decode(message.data)
        assert found
        return found

    return on_nats(read)


def put_wrong(store: str, name: str, data: bytes, *, size: int | None = None) -> None:
    """An object under a name that need not be its digest, of a size that need not be its own."""

    async def put(client: Client) -> None:
        jetstream = client.jetstream()
        number = NUID().next().decode()
        said = StoredObject(name, number, len(data) if size is None else size, 1)
        await jetstream.publish(chunk_subject(store, number), data)
        await jetstream.publish(
            object_subject(store, name), said.encode(bucket=store, chunk_size=len(data))
        )

    on_nats(put)


def messages_of(store: str) -> dict[str, int]:
    """The subjects of a store, and how many messages each has."""

    async def read(client: Client) -> dict[str, int]:
        info = await client.jetstream().stream_info(store_stream(store), subjects_filter=">")
        return info.state.subjects or {}

    return on_nats(read)
