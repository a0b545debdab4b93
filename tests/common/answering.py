"""A Centralcloud that answers questions over a real NATS, for an instance in this process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from apps.shared.contracts.nkeys import NKey, seed_new
from apps.shared.contracts.subjects import CENTRALCLOUD, SERVICE, instance_source
from apps.shared.core.identity import Identity
from apps.shared.nats_bridge.connection import connected
from apps.shared.nats_bridge.database import DatabaseThreads
from apps.shared.nats_bridge.queries import QueryService
from apps.shared.nats_bridge.received import Question
from apps.shared.nats_bridge.relay import Sender
from apps.shared.nats_bridge.wiring import Wiring


def enrolled(name: str, settings: Any, folder: Path) -> dict[str, str]:
    """Make this process the enrolled instance of a name. Returns its seed and Centralcloud's."""
    seeds = {one: seed_new() for one in (name, SERVICE)}
    settings.INSTANCE_ID = name
    settings.IDENTITY = Identity(name, instance_source(name), seeds[name], folder)
    settings.KEYS_DIR = folder
    (folder / f"{SERVICE}.seed").write_text(seeds[SERVICE])
    return seeds


def not_enrolled(name: str, settings: Any, folder: Path) -> None:
    """Make this process an instance without a key."""
    settings.INSTANCE_ID = name
    settings.IDENTITY = Identity(name, instance_source(name), "", folder)


@asynccontextmanager
async def answering(
    seeds: Mapping[str, str], questions: Mapping[str, Question]
) -> AsyncIterator[None]:
    """The service answers."""

    def keys_of(source: str, *, stored_at: datetime) -> Sequence[str]:
        return (NKey.from_seed(seeds[source.removeprefix("/instances/")]).public,)

    key = NKey.from_seed(seeds[SERVICE])
    wiring = Wiring(handlers={}, senders=keys_of, questions=questions)
    with DatabaseThreads("questions", 4) as threads:
        async with connected(key=key) as client:
            sender = Sender(SERVICE, CENTRALCLOUD, key)
            task = asyncio.create_task(QueryService(client, sender, wiring, threads).run())
            await asyncio.sleep(0.5)
            try:
                yield
            finally:
                task.cancel()
                await asyncio.wait([task])
