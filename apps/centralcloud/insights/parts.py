"""What an instance is told, on its page."""

from __future__ import annotations

from typing import Any

from apps.centralcloud.fleet.parts import Part
from apps.centralcloud.insights.models import Recommendation

SHOWN = 8


def _told(instance: str) -> dict[str, Any]:
    """One query."""
    return {"told": Recommendation.objects.filter(instance=instance)[:SHOWN]}


TOLD = Part("What it is told", "insights/told_part.html", _told, "insights.view_insight")
