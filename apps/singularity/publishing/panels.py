"""What the dashboard shows of what leaves, and its part of the sidebar."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from apps.shared.dashboard.frame import Panel
from apps.shared.dashboard.sidebar import Group, Item
from apps.singularity.publishing.selectors.ledger import ledger_now
from apps.singularity.publishing.services.scheduled import why_nothing


def _left(_request: HttpRequest) -> dict[str, Any]:
    return {"ledger": ledger_now(), "why": why_nothing()}


LEFT = Panel(
    "left", "What left in the last day", "publishing/panel.html", _left, width=6, later=True
)

SIDEBAR = Group(
    "Sharing",
    (
        Item(
            "Egress ledger",
            "outbox",
            "admin:publishing_egressmessage_changelist",
            "publishing.view_egressmessage",
        ),
    ),
)
