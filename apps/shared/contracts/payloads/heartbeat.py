"""Who is there, and what it is doing now."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from apps.shared.contracts.payloads.base import (
    NO_NUL,
    Count,
    Language,
    Number,
    Payload,
    Seconds,
    Time,
    Version,
    Word,
)

InstanceMode = Literal["read-write", "read-only"]


class JobNow(Payload):
    """A job that runs at this moment; ``total`` is 0 while it is not known.

    ``loss`` is that of a training, per token in nats, as last measured.
    """

    kind: Word
    done: Count = 0
    total: Count = 0
    unit: Annotated[str, StringConstraints(max_length=30, pattern=NO_NUL)] = ""
    elapsed_seconds: Seconds = 0
    loss: Number | None = None


class Heartbeat(Payload):
    """A sign of life. ``queued`` messages wait to be sent, the oldest for ``lag_seconds``."""

    version: Version
    mode: InstanceMode
    started_at: Time
    jobs: Annotated[tuple[JobNow, ...], Field(max_length=50)] = ()
    codebases: Count = 0
    files: Count = 0
    patterns: Count = 0
    frameworks: Count = 0
    languages: Annotated[tuple[Language, ...], Field(max_length=20)] = ()
    queued: Count = 0
    lag_seconds: Seconds = 0
