"""What the fleet told this instance."""

from apps.singularity.guidance.models.advisories import WORST_FIRST, Advisory
from apps.singularity.guidance.models.facts import FleetStatistics, SharedFact
from apps.singularity.guidance.models.insights import Insight, Scope, Telling
from apps.singularity.guidance.models.offers import Adoption, ModelOffer

__all__ = [
    "WORST_FIRST",
    "Adoption",
    "Advisory",
    "FleetStatistics",
    "Insight",
    "ModelOffer",
    "Scope",
    "SharedFact",
    "Telling",
]
