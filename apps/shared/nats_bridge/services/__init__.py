"""Write side of messages."""

from apps.shared.nats_bridge.services.outbox import outbox_put, outbox_replace, outbox_take_back

__all__ = ["outbox_put", "outbox_replace", "outbox_take_back"]
