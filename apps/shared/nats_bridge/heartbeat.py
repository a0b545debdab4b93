"""Says every so often that this site is there: a message, and a key that runs out."""

from __future__ import annotations

from django.db import transaction
from nats.aio.client import Client

from apps.shared.nats_bridge.database import DatabaseThreads
from apps.shared.nats_bridge.names import presence_subject
from apps.shared.nats_bridge.services import outbox_replace
from apps.shared.nats_bridge.wiring import Wiring

STATE_KEY = "heartbeat"


async def beat(client: Client, name: str, wiring: Wiring, database: DatabaseThreads) -> None:
    """Queue a heartbeat in the place of an unsent one, and renew the key. Raises nats' Error."""
    said = await database.run(_queue, wiring)
    if said:
        await client.jetstream().publish(presence_subject(name), said)


@transaction.atomic
def _queue(wiring: Wiring) -> bytes:
    payload = wiring.heartbeat() if wiring.heartbeat is not None else None
    if payload is None:
        return b""
    return bytes(outbox_replace(payload=payload, state_key=STATE_KEY).data)
