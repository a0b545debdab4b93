"""An embedded nats-server that lets Centralcloud and some instances in."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nats.aio.client import Client

from apps.centralcloud.fleet.engine.nats_users import users_text
from apps.shared.contracts.nkeys import NKey
from apps.shared.core.embedded.nats import Nats
from apps.shared.core.embedded.servers import EmbeddedServers
from apps.shared.nats_bridge.connection import NKeyClient
from apps.shared.nats_bridge.names import inbox_prefix
from tests.common.factories.fleet import key_new

NAMES = ("centralcloud", "acme", "beta")


@dataclass
class Place:
    """A nats-server with its users."""

    nats: Nats
    keys: dict[str, NKey] = field(default_factory=lambda: {n: key_new() for n in NAMES})

    def let_in(self, *names: str) -> None:
        instances = [(name, self.keys[name].public) for name in names]
        text = users_text(centralcloud=self.keys["centralcloud"].public, instances=instances)
        file = self.nats.users_file
        if not file.exists() or file.read_text() != text:
            self.nats.write_users(text)

    @asynccontextmanager
    async def client(self, name: str, errors: list[str] | None = None) -> AsyncIterator[Client]:
        client = NKeyClient(self.keys[name])

        async def note(error: Exception) -> None:
            (errors if errors is not None else []).append(str(error))

        await client.connect(
            self.nats.url,
            signature_cb=client.sign_nonce,
            inbox_prefix=inbox_prefix(name),
            allow_reconnect=False,
            error_cb=note,
        )
        await all_sent(client)
        try:
            yield client
        finally:
            await client.close()


async def all_sent(client: Client) -> None:
    """Wait until the server has read all that this client has sent.

    nats-py writes the PING of a flush before what still waits in its own buffer, so that one
    PONG may come before the server has seen the subscription: the second one does not.
    """
    for _ in range(2):
        await client.flush()


@contextmanager
def place_open(fill: Callable[[Place], Coroutine[Any, Any, None]]) -> Iterator[Place]:
    """A server of its own that lets both instances in, after ``fill`` has put something there."""
    folder = Path(tempfile.mkdtemp(prefix="singularity-state-"))
    servers = EmbeddedServers(folder)
    servers.ensure_nats()
    try:
        place = Place(servers.nats)
        place.let_in("acme", "beta")
        asyncio.run(fill(place))
        yield place
    finally:
        servers.nats.stop()
        shutil.rmtree(folder)
