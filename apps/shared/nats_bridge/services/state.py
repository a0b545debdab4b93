"""Write down how the bridge is, for those who look at it from elsewhere."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone

from apps.shared.nats_bridge.models import BridgeState
from apps.shared.nats_bridge.status import Status


def bridge_state_write(*, status: Status) -> None:
    """Of several bridges of one site, the one that wrote last is shown."""
    BridgeState.objects.update_or_create(
        name=settings.IDENTITY.name,
        defaults={
            "connected": status.connected,
            "detail": status.detail[:500],
            "server": status.server[:200],
            "pending": status.pending,
            "since": status.since,
            "heartbeat_at": timezone.now(),
        },
    )
