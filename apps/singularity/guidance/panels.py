"""What the dashboard shows of what the fleet told, and its part of the sidebar."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from apps.shared.dashboard.frame import Panel
from apps.shared.dashboard.sidebar import Group, Item
from apps.singularity.guidance.display.models import why_no_models
from apps.singularity.guidance.selectors.adoptions import adoptions_all
from apps.singularity.guidance.selectors.digest import guidance_digest, why_nothing
from apps.singularity.patterns.display.code import code_styles

SHOWN = 5


def _models(_request: HttpRequest) -> dict[str, Any]:
    judged = list(adoptions_all()[:SHOWN])
    return {"judged": judged, "why_nothing": "" if judged else why_no_models()}


def _told(request: HttpRequest) -> dict[str, Any]:
    digest = guidance_digest()
    if digest is None:
        return {"why_nothing": why_nothing()}
    return {
        "code_styles": code_styles(),
        "digest": digest,
        "can_dismiss": request.user.has_perm("guidance.change_insight"),
        "next": reverse("admin:index"),
    }


TOLD = Panel("told", "From the fleet", "guidance/told.html", _told, live=True, later=True)

MODELS = Panel(
    "fleet-models", "Models of the fleet", "guidance/models.html", _models, width=6, later=True
)

SIDEBAR = Group(
    "From the fleet",
    (
        Item("Insights", "lightbulb", "admin:guidance_insight_changelist", "guidance.view_insight"),
        Item(
            "Shared facts",
            "hub",
            "admin:guidance_sharedfact_changelist",
            "guidance.view_sharedfact",
        ),
        Item(
            "Models of the fleet",
            "model_training",
            "admin:guidance_modeloffer_changelist",
            "guidance.view_modeloffer",
        ),
    ),
)
