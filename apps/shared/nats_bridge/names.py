"""What things are called on NATS: inboxes, durable consumers, and the subjects a bridge needs.

The permissions of an instance's NATS user are written from the same functions that its bridge
uses, so that they cannot drift apart. Names are those of identities: an instance's id, or
``centralcloud``.
"""

from __future__ import annotations

import base64

from apps.shared.contracts.subjects import (
    INSTANCES_BUCKET,
    MESSAGES,
    MODELS_STORE,
    Stream,
    Way,
    instance_store,
)

INBOX = "_INBOX_"
MAPPED = "_R_."
"""What a reply subject of another account becomes: nats-server leads it back into that account."""
ACK = "$JS.ACK"
API = "$JS.API"
STREAMS_OF_INSTANCES = (Stream.INSIGHTS, Stream.KNOWLEDGE)
"""In each of them every instance has a durable consumer of its own."""


def inbox_prefix(name: str) -> str:
    """The first token of the subjects on which only this one gets its replies."""
    return f"{INBOX}{name}"


def durable_name(name: str) -> str:
    """The durable pull consumer of this one, on each stream that it reads."""
    return name


def presence_subject(name: str) -> str:
    """Where an instance renews its key of the KV bucket ``instances``."""
    return f"$KV.{INSTANCES_BUCKET}.{name}"


def store_stream(store: str) -> str:
    """The stream of an object store (NATS ADR-20)."""
    return f"OBJ_{store}"


def chunk_subject(store: str, number: str) -> str:
    """Where the bytes of an object are, by the number of its upload."""
    return f"$O.{store}.C.{number}"


def object_subject(store: str, name: str) -> str:
    """Where it says what an object is: its size, and the number of the upload with its bytes."""
    return f"$O.{store}.M.{base64.urlsafe_b64encode(name.encode()).decode()}"


def object_subjects(store: str) -> str:
    """Those of all objects."""
    return f"$O.{store}.M.>"


def direct_subject(store: str) -> str:
    """Where messages of a store are asked for (NATS ADR-31)."""
    return f"{API}.DIRECT.GET.{store_stream(store)}"


def stream_info_subject(store: str) -> str:
    """Where it is asked which subjects a store has."""
    return f"{API}.STREAM.INFO.{store_stream(store)}"


def instance_filters(name: str, stream: Stream) -> list[str]:
    """What an instance's consumer delivers: what is for all, and what is for it alone."""
    down = [message for message in MESSAGES if message.stream == stream]
    own = {message.subject: name if message.audience == "instance" else "*" for message in down}
    for_all = [message.subject for message in down if message.for_all]
    return for_all + [f"{one.subject}.{own[one.subject]}" for one in down if one.audience]


def next_subject(stream: str, consumer: str) -> str:
    """Where the next messages of a durable consumer are asked for."""
    return f"{API}.CONSUMER.MSG.NEXT.{stream}.{consumer}"


def instance_publishes(name: str) -> list[str]:
    """Subjects that an instance sends to: facts, questions, its consumers' own, artifacts."""
    consumers = [f"{stream}.{durable_name(name)}" for stream in STREAMS_OF_INSTANCES]
    sent = [message.subject for message in MESSAGES if message.way != Way.DOWN]
    asks = [f"{API}.CONSUMER.INFO.{consumer}" for consumer in consumers]
    settles = [f"{ACK}.{consumer}.>" for consumer in consumers]
    own = [presence_subject(name), *_artifacts(name)]
    return [*sent, *asks, *instance_streamed(name), *settles, *own]


def instance_streamed(name: str) -> list[str]:
    """Those of them that are answered by more than one message."""
    reads = [next_subject(stream, durable_name(name)) for stream in STREAMS_OF_INSTANCES]
    return [*reads, direct_subject(MODELS_STORE)]


def _artifacts(name: str) -> list[str]:
    """Of its own store an instance learns what is there, and adds to it.

    It may not read its own by direct get: with that, whoever names another reply subject would
    have the server publish any bytes anywhere (docs/decisions/0007).
    """
    own = instance_store(name)
    adds = [chunk_subject(own, "*"), f"$O.{own}.M.*"]
    return [stream_info_subject(own), *adds]


def instance_subscribes(name: str) -> list[str]:
    """Subjects that an instance's bridge listens on: its own inbox and nothing else."""
    return [f"{inbox_prefix(name)}.>"]
