"""What the dashboard shows of averaging, and its part of the sidebar."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from apps.centralcloud.averaging.selectors.overview import overview
from apps.shared.dashboard.frame import Panel
from apps.shared.dashboard.sidebar import Group, Item


def _models(_request: HttpRequest) -> dict[str, Any]:
    """Two queries, whatever the size of the fleet."""
    return {"overview": overview()}


MODELS = Panel(
    "models", "Models learned together", "averaging/models.html", _models, live=True, later=True
)

SIDEBAR = Group(
    "Models",
    (
        Item(
            "Aggregates",
            "model_training",
            "admin:averaging_aggregatemodel_changelist",
            "averaging.view_aggregatemodel",
        ),
        Item(
            "Who wins where",
            "leaderboard",
            "admin:averaging_evaluation_changelist",
            "averaging.view_evaluation",
        ),
        Item("Rounds", "sync", "admin:averaging_round_changelist", "averaging.view_round"),
        Item(
            "Submissions",
            "upload",
            "admin:averaging_submission_changelist",
            "averaging.view_submission",
        ),
        Item(
            "Families",
            "family_history",
            "admin:averaging_modelfamily_changelist",
            "averaging.view_modelfamily",
        ),
    ),
)
