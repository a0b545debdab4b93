"""Send everything unsent, receive everything pending, and end."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from django.conf import settings

from apps.shared.contracts.nkeys import NKey
from apps.shared.contracts.subjects import Stream
from apps.shared.nats_bridge.bridge import Say, bridge_threads
from apps.shared.nats_bridge.connection import connected
from apps.shared.nats_bridge.jitter import pause
from apps.shared.nats_bridge.relay import Relay, Sender, SendingFailed
from apps.shared.nats_bridge.selectors import unsent_count
from apps.shared.nats_bridge.services.sending import CLAIM_SECONDS
from apps.shared.nats_bridge.session import Session, Threads
from apps.shared.nats_bridge.status import Status
from apps.shared.nats_bridge.wiring import Wiring

ATTEMPTS = 3


@dataclass(slots=True)
class Carried:
    """How many messages went each way; ``missing`` are streams without a consumer yet."""

    sent: int = 0
    received: int = 0
    missing: list[Stream] = field(default_factory=list)


async def carry_once(*, wiring: Wiring, key: NKey, say: Say) -> Carried:
    """One round. What handlers queue is sent too.

    Raises:
        NoConnection: NATS is not reached.
        SendingFailed: some were refused several times; they stay queued.
    """
    carried = Carried()
    identity = settings.IDENTITY
    with bridge_threads() as threads:
        async with connected(key=key) as client:
            sender = Sender(identity.name, identity.source, key)
            session = Session(client, sender, wiring, threads, Status(), say)
            await session.prepare()
            await session.new_audiences(set())
            carried.sent = await _send(session.relay(), threads)
            for stream in session.streams:
                received = await session.consumer(stream).run_once()
                carried.received += received or 0
                carried.missing += [stream] if received is None else []
            carried.sent += await _send(session.relay(), threads)
    return carried


async def _send(relay: Relay, threads: Threads) -> int:
    """Also waits for what another relay has, or had when it died."""
    sent = failures = waited = 0
    while await threads.small.run(unsent_count) and waited <= CLAIM_SECONDS:
        try:
            some = await relay.send_some()
        except SendingFailed:
            failures += 1
            if failures == ATTEMPTS:
                raise
            await pause(failures)
            continue
        sent += some
        if not some:
            waited += 1
            await asyncio.sleep(1)
    return sent
