"""What the dashboard shows of what the fleet knows, and its part of the sidebar."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from apps.centralcloud.aggregation.models import GlobalFact, Subject
from apps.centralcloud.aggregation.selectors.facts import facts_shown, totals
from apps.shared.core.admin.base import list_url
from apps.shared.dashboard.frame import Panel
from apps.shared.dashboard.sidebar import Group, Item

PATTERNS_SHOWN = 6
NAMES = {
    Subject.PATTERN: "code patterns",
    Subject.ARCHITECTURE: "architecture patterns",
    Subject.FRAMEWORK: "frameworks",
    Subject.PACKAGE: "packages",
}


def _known(_request: HttpRequest) -> dict[str, Any]:
    """Few queries, and none that counts: the numbers are those of the last adding up."""
    known = totals()
    return {
        "totals": known,
        "subjects": [
            {
                "name": NAMES[one.subject],
                "facts": one.facts,
                "shown": one.shown,
                "address": list_url(GlobalFact, subject__exact=one.subject.value),
            }
            for one in (known.subjects if known else ())
        ],
        "patterns": facts_shown(subject=Subject.PATTERN)[:PATTERNS_SHOWN],
    }


KNOWN = Panel("known", "What the fleet knows", "aggregation/known.html", _known, live=True)

SIDEBAR = Group(
    "Knowledge",
    (
        Item(
            "What the fleet knows",
            "hub",
            "admin:aggregation_globalfact_changelist",
            "aggregation.view_globalfact",
        ),
        Item(
            "Contributions",
            "input",
            "admin:aggregation_contribution_changelist",
            "aggregation.view_contribution",
        ),
        Item(
            "Statistics",
            "monitoring",
            "admin:aggregation_statisticssnapshot_changelist",
            "aggregation.view_statisticssnapshot",
        ),
    ),
)
