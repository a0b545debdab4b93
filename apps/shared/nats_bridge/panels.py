"""What the dashboard shows of messages, and their part of the sidebar."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from apps.shared.dashboard.charts import Series, line_chart
from apps.shared.dashboard.frame import Panel
from apps.shared.dashboard.sidebar import Group, Item
from apps.shared.nats_bridge.selectors import message_rates, queueing, traffic

MINUTES_SHOWN = 60


def _bridge(_request: HttpRequest) -> dict[str, Any]:
    now, state = timezone.now(), traffic()
    rates = message_rates(minutes=MINUTES_SHOWN)
    lines = [Series("received", rates.received), Series("sent", rates.sent)]
    return {
        "rates": line_chart("Messages a minute, last hour", lines),
        "isolated": settings.ENVIRONMENT.nats_mode == "isolated",
        "enrolled": queueing(),
        "traffic": state,
        "for_so_long": now - state.state.since if state.state else None,
        "oldest": now - state.oldest_unsent if state.oldest_unsent else None,
    }


BRIDGE = Panel("bridge", "Messages", "nats_bridge/bridge.html", _bridge, live=True, later=True)

SIDEBAR = Group(
    "Messages",
    (
        Item(
            "Sent and waiting",
            "outbox",
            "admin:nats_bridge_outboxmessage_changelist",
            "nats_bridge.view_outboxmessage",
        ),
        Item(
            "Received",
            "inbox",
            "admin:nats_bridge_inboxmessage_changelist",
            "nats_bridge.view_inboxmessage",
        ),
        Item(
            "Dead letters",
            "unsubscribe",
            "admin:nats_bridge_deadletter_changelist",
            "nats_bridge.view_deadletter",
        ),
        Item(
            "Refused a day",
            "block",
            "admin:nats_bridge_refusals_changelist",
            "nats_bridge.view_refusals",
        ),
    ),
)
