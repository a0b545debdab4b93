"""What the dashboard shows of what the fleet told, and its part of the sidebar."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from apps.shared.dashboard.code import code_styles
from apps.shared.dashboard.frame import Panel
from apps.shared.dashboard.sidebar import Group, Item
from apps.singularity.guidance.display.advisories import remedy, standing, why_no_advisories
from apps.singularity.guidance.display.models import why_no_models
from apps.singularity.guidance.selectors.adoptions import adoptions_all
from apps.singularity.guidance.selectors.advisories import advisories_here
from apps.singularity.guidance.selectors.digest import guidance_digest, why_nothing

SHOWN = 5
ADVISORIES_SHOWN = 6


def _models(_request: HttpRequest) -> dict[str, Any]:
    judged = list(adoptions_all()[:SHOWN])
    return {"judged": judged, "why_nothing": "" if judged else why_no_models()}


def _advisories(_request: HttpRequest) -> dict[str, Any]:
    concerns = advisories_here()
    shown = [
        {"row": one.advisory, "here": standing(one.here), "remedy": remedy(one.advisory)}
        for one in concerns[:ADVISORIES_SHOWN]
    ]
    why = "" if concerns else why_no_advisories()
    return {"advisories": shown, "number": len(concerns), "why_nothing": why}


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

ADVISORIES = Panel(
    "advisories", "Packages to look at", "guidance/advisories.html", _advisories, later=True
)

SIDEBAR = Group(
    "From the fleet",
    (
        Item("Insights", "lightbulb", "admin:guidance_insight_changelist", "guidance.view_insight"),
        Item(
            "Packages to look at",
            "gpp_maybe",
            "admin:guidance_advisory_changelist",
            "guidance.view_advisory",
        ),
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
