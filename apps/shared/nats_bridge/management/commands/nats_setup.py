"""`manage.py nats_setup`: make streams, consumers and the bucket on NATS, or update them."""

from __future__ import annotations

import asyncio
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from nats.errors import Error as NatsError

from apps.shared.contracts.nkeys import NKey
from apps.shared.nats_bridge.bridge import site_key
from apps.shared.nats_bridge.connection import NoConnection, connected
from apps.shared.nats_bridge.setup import audiences_ensure, site_consumer_ensure, streams_ensure
from apps.shared.nats_bridge.wiring import Wiring, site_wiring

NOT_CENTRALCLOUD = (
    "Streams and consumers belong to Centralcloud: run this with "
    "DJANGO_SETTINGS_MODULE=centralcloud_site.settings."
)


class Command(BaseCommand):
    """Idempotent: what is there is changed to what it should be."""

    help = "Make streams, durable consumers and the key-value bucket on NATS, or update them."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Set up and say what there is."""
        wiring = site_wiring()
        key = site_key(wiring) if wiring.audiences else None
        if key is None or wiring.audiences is None:
            raise CommandError(NOT_CENTRALCLOUD)
        if settings.ENVIRONMENT.nats_mode == "isolated":
            raise CommandError("NATS_HOST is empty: there is no NATS to set up.")
        names = sorted(wiring.audiences())
        try:
            streams = asyncio.run(_setup(wiring, key, names))
        except NoConnection as error:
            raise CommandError(f"No connection to NATS: {error}") from None
        except NatsError as error:
            raise CommandError(f"NATS refuses the set-up: {error}") from None
        self.stdout.write(f"Streams: {', '.join(streams)}.")
        self.stdout.write(f"Consumers: {', '.join([settings.IDENTITY.name, *names])}.")


async def _setup(wiring: Wiring, key: NKey, names: list[str]) -> list[str]:
    async with connected(key=key) as client:
        streams = await streams_ensure(client)
        if wiring.handlers:
            await site_consumer_ensure(client, settings.IDENTITY.name, wiring)
        await audiences_ensure(client, names)
    return streams
