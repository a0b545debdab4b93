"""What the dashboard shows of the fleet, and its part of the sidebar."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from apps.centralcloud.fleet.display import VARIANTS, shown
from apps.centralcloud.fleet.models import Instance
from apps.centralcloud.fleet.selectors.instances import fleet_counts
from apps.centralcloud.fleet.selectors.listing import members_listed
from apps.shared.core.admin.base import list_url
from apps.shared.dashboard.frame import Panel
from apps.shared.dashboard.sidebar import Group, Item

INSTANCES_SHOWN = 50


def _fleet(_request: HttpRequest) -> dict[str, Any]:
    """Two queries, whatever the size of the fleet."""
    now = timezone.now()
    counts = fleet_counts(now=now)
    members = sum(counts.values()) - counts["withdrawn"]
    return {
        "counts": [
            {
                "condition": condition,
                "number": number,
                "variant": VARIANTS.get(condition, ""),
                "address": list_url(Instance, condition=condition),
            }
            for condition, number in counts.items()
            if number
        ],
        "instances": [
            shown(one, now=now) for one in members_listed(limit=INSTANCES_SHOWN, now=now)
        ],
        "more": max(0, members - INSTANCES_SHOWN),
    }


FLEET = Panel("fleet", "Fleet", "fleet/fleet.html", _fleet, live=True)

SIDEBAR = Group(
    "Fleet",
    (
        Item("Instances", "lan", "admin:fleet_instance_changelist", "fleet.view_instance"),
        Item("Keys", "key", "admin:fleet_instancekey_changelist", "fleet.view_instancekey"),
    ),
)
