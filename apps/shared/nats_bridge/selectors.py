"""Read side of messages."""

from __future__ import annotations

from django.conf import settings


def queueing() -> bool:
    """Whether messages are queued at all: there is a NATS to reach and a key to sign with."""
    return settings.ENVIRONMENT.nats_mode != "isolated" and settings.IDENTITY.key is not None
