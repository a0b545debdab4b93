"""Keep what the fleet tells, put away what nobody wants to see, ask for what was missed."""

from apps.singularity.guidance.services.dismissing import (
    UnknownInsight,
    insight_dismiss,
    insight_restore,
)
from apps.singularity.guidance.services.receiving import insights_apply, statistics_apply
from apps.singularity.guidance.services.requesting import guidance_request

__all__ = [
    "UnknownInsight",
    "guidance_request",
    "insight_dismiss",
    "insight_restore",
    "insights_apply",
    "statistics_apply",
]
