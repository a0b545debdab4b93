"""Stores of Centralcloud and of a few instances, on a real server."""

from __future__ import annotations

import asyncio

import pytest
from django.conf import LazySettings

NAMES = ("a", "b", "c", "d", "e")


@pytest.fixture
def stores(nats_url: str, settings: LazySettings, db: None) -> str:
    """The server's address; every instance of ``NAMES`` is enrolled and has its store."""
    from django.utils import timezone

    from apps.centralcloud.fleet.models import Instance
    from apps.shared.nats_bridge.connection import connected
    from apps.shared.nats_bridge.setup import audiences_ensure, streams_ensure

    async def ensure() -> None:
        async with connected(key=settings.IDENTITY.key_made_here()) as client:
            await streams_ensure(client)
            await audiences_ensure(client, NAMES)

    asyncio.run(ensure())
    now = timezone.now()
    Instance.objects.bulk_create(Instance(name=name, enrolled_at=now) for name in NAMES)
    return nats_url
