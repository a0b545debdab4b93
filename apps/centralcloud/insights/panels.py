"""What the dashboard shows of insights, and their part of the sidebar."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from apps.centralcloud.insights.selectors.digest import insights_digest
from apps.shared.dashboard.frame import Panel
from apps.shared.dashboard.sidebar import Group, Item


def _insights(_request: HttpRequest) -> dict[str, Any]:
    return {"digest": insights_digest()}


INSIGHTS = Panel("insights", "What it means", "insights/digest.html", _insights, live=True)

SIDEBAR = Group(
    "Insights",
    (
        Item("For all", "lightbulb", "admin:insights_insight_changelist", "insights.view_insight"),
        Item(
            "For each instance",
            "recommend",
            "admin:insights_recommendation_changelist",
            "insights.view_recommendation",
        ),
    ),
)
