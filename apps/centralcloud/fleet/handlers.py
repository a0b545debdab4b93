"""What comes in from NATS."""

from __future__ import annotations

from collections.abc import Sequence

from apps.centralcloud.fleet.services import heartbeats_record
from apps.shared.contracts.payloads import Heartbeat
from apps.shared.nats_bridge.received import Received


def heartbeats(received: Sequence[Received[Heartbeat]]) -> None:
    """Signs of life."""
    heartbeats_record(received=received)
