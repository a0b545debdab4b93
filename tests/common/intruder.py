"""Messages put on NATS by hand: what no bridge of ours would send, and what one sent before."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from nats.js.api import ConsumerConfig, DeliverPolicy
from nats.js.client import JetStreamContext

from apps.shared.contracts.event import Event, event_encode
from apps.shared.contracts.nkeys import NKey
from apps.shared.contracts.payloads.base import Payload
from apps.shared.contracts.subjects import message_for
from apps.shared.nats_bridge.connection import NKeyClient
from apps.shared.nats_bridge.names import inbox_prefix
from tests.common.federation import Federation, Site

BATCH = 500


@dataclass(frozen=True)
class Wire:
    """A message as it goes over the wire."""

    subject: str
    headers: Mapping[str, str]
    data: bytes


class Intruder:
    """Speaks to nats-server with the key of one of the federation's sites."""

    def __init__(self, made: Federation, login: Site) -> None:
        self._url, self.name = made.servers.nats.url, login.name
        self.key = key_of(made, login)

    def publish(self, wires: Sequence[Wire]) -> list[int]:
        """Put messages into their streams; returns the number that each has there."""
        return asyncio.run(self._publish(wires))

    def stream(self, name: str) -> list[Wire]:
        """All messages that a stream holds."""
        return asyncio.run(self._stream(name))

    async def _publish(self, wires: Sequence[Wire]) -> list[int]:
        client = NKeyClient(self.key)
        await self._connect(client)
        jetstream = client.jetstream(publish_async_max_pending=BATCH)
        sent = [
            await jetstream.publish_async(wire.subject, wire.data, headers=dict(wire.headers))
            for wire in wires
        ]
        numbers = [(await one).seq for one in sent]
        await client.close()
        return numbers

    async def _stream(self, name: str) -> list[Wire]:
        client = NKeyClient(self.key)
        await self._connect(client)
        jetstream = client.jetstream()
        wires = await _all(jetstream, name)
        await client.close()
        return wires

    async def _connect(self, client: NKeyClient) -> None:
        await client.connect(
            self._url,
            signature_cb=client.sign_nonce,
            inbox_prefix=inbox_prefix(self.name),
            allow_reconnect=False,
        )


async def _all(jetstream: JetStreamContext, stream: str) -> list[Wire]:
    info = await jetstream.stream_info(stream)
    wires: list[Wire] = []
    config = ConsumerConfig(deliver_policy=DeliverPolicy.ALL)
    reader = await jetstream.pull_subscribe("", stream=stream, config=config)
    while len(wires) < info.state.messages:
        for one in await reader.fetch(BATCH, timeout=10):
            wires.append(Wire(one.subject, one.headers or {}, one.data))
            await one.ack()
    return wires


def key_of(made: Federation, site: Site) -> NKey:
    """The key that a site of this machine was enrolled with."""
    return NKey.from_seed((made.state / "keys" / f"{site.name}.seed").read_text().strip())


def said(payload: Payload, *, source: str, key: NKey) -> Wire:
    """A payload as an event of a source, signed by a key."""
    message = message_for(type(payload))
    data = payload.model_dump_json(exclude_defaults=True).encode()
    return signed(message.subject, source, key, data)


def signed(subject: str, source: str, key: NKey, data: bytes) -> Wire:
    """Any bytes as an event of a source, signed by a key."""
    kind = f"singularity.{subject.removeprefix('intelligence.')}.v1"
    event = Event(subject=subject, source=source, type=kind, data=data, time=datetime.now(UTC))
    return Wire(subject, event_encode(event, key), data)
