"""Keep what the fleet tells, put away what nobody wants to see, ask for what was missed.

And of its models: judge them on own code, take the best into use, train for open rounds.
"""

from apps.singularity.guidance.engine.errors import NotUsable, UnknownOffer
from apps.singularity.guidance.services.adoption import adopt_due, offer_adopt, offer_try
from apps.singularity.guidance.services.advisories import advisories_apply
from apps.singularity.guidance.services.dismissing import (
    UnknownInsight,
    insight_dismiss,
    insight_restore,
)
from apps.singularity.guidance.services.offers import offer_apply, offers_request
from apps.singularity.guidance.services.receiving import insights_apply, statistics_apply
from apps.singularity.guidance.services.requesting import guidance_request
from apps.singularity.guidance.services.rounds import rounds_due, rounds_join
from apps.singularity.guidance.services.runs import (
    adoption_order,
    adoption_run,
    adoption_run_one,
)
from apps.singularity.guidance.services.telling import evaluations_tell_due

__all__ = [
    "NotUsable",
    "UnknownInsight",
    "UnknownOffer",
    "adopt_due",
    "adoption_order",
    "adoption_run",
    "adoption_run_one",
    "advisories_apply",
    "evaluations_tell_due",
    "guidance_request",
    "insight_dismiss",
    "insight_restore",
    "insights_apply",
    "offer_adopt",
    "offer_apply",
    "offer_try",
    "offers_request",
    "rounds_due",
    "rounds_join",
    "statistics_apply",
]
