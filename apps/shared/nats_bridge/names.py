"""What things are called on NATS: inboxes, durable consumers, and the subjects a bridge needs.

The permissions of an instance's NATS user are written from the same functions that its bridge
uses, so that they cannot drift apart. Names are those of identities: an instance's id, or
``centralcloud``.
"""

from __future__ import annotations

from apps.shared.contracts.subjects import (
    INSTANCES_BUCKET,
    MESSAGES,
    Stream,
    Way,
)

INBOX = "_INBOX_"
ACK = "$JS.ACK"
API = "$JS.API"
STREAM_OF_INSTANCES = Stream.INSIGHTS
"""Where each instance has a durable consumer of its own."""


def inbox_prefix(name: str) -> str:
    """The first token of the subjects on which only this one gets its replies."""
    return f"{INBOX}{name}"


def durable_name(name: str) -> str:
    """The durable pull consumer of this one, on each stream that it reads."""
    return name


def presence_subject(name: str) -> str:
    """Where an instance renews its key of the KV bucket ``instances``."""
    return f"$KV.{INSTANCES_BUCKET}.{name}"


def instance_filters(name: str) -> list[str]:
    """What an instance's consumer delivers: what is for all, and what is for it alone."""
    down = [message for message in MESSAGES if message.stream == STREAM_OF_INSTANCES]
    own = [f"{message.subject}.{name}" for message in down if message.audience == "instance"]
    return [message.subject for message in down] + own


def instance_publishes(name: str) -> list[str]:
    """Subjects that an instance's bridge sends to: facts, questions, and its consumer's own."""
    consumer = f"{STREAM_OF_INSTANCES}.{durable_name(name)}"
    sent = [message.subject for message in MESSAGES if message.way != Way.DOWN]
    reads = [f"{API}.CONSUMER.{verb}.{consumer}" for verb in ("INFO", "MSG.NEXT")]
    return [*sent, *reads, f"{ACK}.{consumer}.>", presence_subject(name)]


def instance_subscribes(name: str) -> list[str]:
    """Subjects that an instance's bridge listens on: its own inbox and nothing else."""
    return [f"{inbox_prefix(name)}.>"]
