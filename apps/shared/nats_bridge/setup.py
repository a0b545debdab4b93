"""Make streams, consumers and the bucket, or change them to what they should be."""

from __future__ import annotations

from collections.abc import Iterable

import structlog
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import ConsumerConfig, StreamConfig
from nats.js.errors import NotFoundError

from apps.shared.contracts.subjects import Stream
from apps.shared.nats_bridge.names import STREAMS_OF_INSTANCES
from apps.shared.nats_bridge.streams import (
    instance_consumer,
    instance_models,
    site_consumer,
    stream_configs,
)
from apps.shared.nats_bridge.wiring import Wiring

log = structlog.get_logger(__name__)


async def streams_ensure(client: Client) -> list[str]:
    """All streams, the bucket and the common store. Returns their names. Raises nats' APIError."""
    jetstream = client.jetstream()
    configs = stream_configs()
    for config in configs:
        await _stream_ensure(jetstream, config)
    return [str(config.name) for config in configs]


async def site_consumer_ensure(client: Client, name: str, wiring: Wiring) -> None:
    """Centralcloud's own consumer. Raises nats' APIError."""
    config = site_consumer(name, wiring.handlers)
    await _consumer_ensure(client.jetstream(), Stream.INTELLIGENCE, config)


async def audiences_ensure(client: Client, names: Iterable[str]) -> None:
    """Consumers and a store for each instance. Raises nats' APIError."""
    jetstream = client.jetstream()
    for name in names:
        for stream in STREAMS_OF_INSTANCES:
            await _consumer_ensure(jetstream, stream, instance_consumer(name, stream))
        await _stream_ensure(jetstream, instance_models(name))


async def _stream_ensure(jetstream: JetStreamContext, config: StreamConfig) -> None:
    try:
        await jetstream.update_stream(config)
    except NotFoundError:
        await jetstream.add_stream(config)
        log.info("stream.made", stream=config.name)  # unexpected where there was one before


async def _consumer_ensure(
    jetstream: JetStreamContext, stream: Stream, config: ConsumerConfig
) -> None:
    """Creating a durable consumer that is there changes it, as far as that is possible."""
    await jetstream.add_consumer(stream.value, config)
