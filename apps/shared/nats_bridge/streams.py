"""How streams, consumers and the bucket are configured; made or changed to be so at each start.

Only Centralcloud may do this. Source of the fields: NATS documentation, JetStream, "Streams" and
"Consumers".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    DiscardPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)

from apps.shared.contracts.event import LARGEST_MESSAGE
from apps.shared.contracts.subjects import (
    INSTANCES_BUCKET,
    MODELS_STORE,
    STREAM_SUBJECTS,
    Stream,
    instance_store,
    message_of,
)
from apps.shared.nats_bridge.names import (
    chunk_subject,
    durable_name,
    instance_filters,
    object_subjects,
    presence_subject,
    store_stream,
)

DUPLICATE_SECONDS = 600.0
LARGEST_STORED = LARGEST_MESSAGE + 64 * 1024
"""A message somewhat too large still comes through, so that whoever sends it is seen."""
LARGEST_CHUNK = LARGEST_STORED
DAY = 86_400.0
ACK_SECONDS = 30.0
MAX_ACK_PENDING = 20_000
"""Delivered and not acknowledged; those that wait for another attempt are among them."""
PRESENCE_SECONDS = 120.0
INSIGHTS_OF_A_SUBJECT = 1_000
ANSWERS_OF_A_KIND = 10_000
CHUNK = 512 * 1024
"""Bytes of an artifact in one message."""
MESSAGES_OF_AN_INSTANCE = 8_192
"""What an instance's store holds: 4 GiB in full chunks.

Messages are limited and not bytes, which the server would set aside for every instance at once.
"""


def stream_configs() -> list[StreamConfig]:
    """Streams of facts refuse what is too much, so that senders keep it; state replaces itself."""
    return [
        _stream(
            Stream.INTELLIGENCE,
            discard=DiscardPolicy.NEW,
            max_age=settings.RETENTION_DAYS * DAY,
            allow_msg_ttl=True,
        ),
        _stream(
            Stream.INSIGHTS,
            max_msgs_per_subject=INSIGHTS_OF_A_SUBJECT,
            allow_rollup_hdrs=True,
        ),
        _stream(Stream.KNOWLEDGE, max_msgs_per_subject=ANSWERS_OF_A_KIND),
        _presence(),
        _store(MODELS_STORE),
    ]


def instance_models(name: str) -> StreamConfig:
    """The object store of what an instance shares."""
    return _store(instance_store(name), max_msgs=MESSAGES_OF_AN_INSTANCE)


def instance_consumer(name: str, stream: Stream) -> ConsumerConfig:
    """What an instance reads from one of its streams, from the beginning."""
    return _consumer(name, instance_filters(name, stream))


def site_consumer(name: str, subjects: Iterable[str]) -> ConsumerConfig:
    """What Centralcloud reads from: the subjects of INTELLIGENCE that it handles."""
    facts = [one for one in subjects if _stream_of(one) == Stream.INTELLIGENCE]
    return _consumer(name, sorted(facts))


def _stream_of(subject: str) -> Stream | None:
    message = message_of(subject)
    return message.stream if message else None


def _stream(stream: Stream, **options: Any) -> StreamConfig:
    return StreamConfig(
        name=stream.value,
        subjects=STREAM_SUBJECTS[stream],
        retention=RetentionPolicy.LIMITS,
        storage=StorageType.FILE,
        num_replicas=settings.NATS_REPLICAS,
        duplicate_window=DUPLICATE_SECONDS,
        max_msg_size=LARGEST_STORED,
        **options,
    )


def _presence() -> StreamConfig:
    """The bucket ``instances``: a key of each that was heard lately (NATS ADR-8).

    Without roll-up headers, unlike other buckets: with one, whoever may renew its own key could
    purge those of all others.
    """
    return StreamConfig(
        name=f"KV_{INSTANCES_BUCKET}",
        subjects=[presence_subject(">")],
        retention=RetentionPolicy.LIMITS,
        storage=StorageType.FILE,
        num_replicas=settings.NATS_REPLICAS,
        discard=DiscardPolicy.NEW,
        max_age=PRESENCE_SECONDS,
        max_msgs_per_subject=1,
        duplicate_window=PRESENCE_SECONDS,
        max_msg_size=LARGEST_MESSAGE,
        allow_rollup_hdrs=False,
        allow_direct=True,
        deny_delete=True,
    )


def _store(store: str, **options: Any) -> StreamConfig:
    """An object store (NATS ADR-20).

    Without roll-up headers, as the bucket of presence: whoever may write one object could delete
    all others. What is full takes nothing more, and keeps what it has.
    """
    return StreamConfig(
        name=store_stream(store),
        subjects=[chunk_subject(store, ">"), object_subjects(store)],
        retention=RetentionPolicy.LIMITS,
        storage=StorageType.FILE,
        num_replicas=settings.NATS_REPLICAS,
        discard=DiscardPolicy.NEW,
        duplicate_window=PRESENCE_SECONDS,
        max_msg_size=LARGEST_CHUNK,
        allow_rollup_hdrs=False,
        allow_direct=True,
        **options,
    )


def _consumer(name: str, subjects: list[str]) -> ConsumerConfig:
    return ConsumerConfig(
        durable_name=durable_name(name),
        filter_subjects=subjects,
        deliver_policy=DeliverPolicy.ALL,
        ack_policy=AckPolicy.EXPLICIT,
        ack_wait=ACK_SECONDS,
        max_deliver=-1,
        max_ack_pending=MAX_ACK_PENDING,
    )
