"""What the fleet told this instance."""

from apps.singularity.guidance.models.facts import FleetStatistics, SharedFact
from apps.singularity.guidance.models.insights import Insight, Scope, Telling
from apps.singularity.guidance.models.offers import Adoption, ModelOffer

__all__ = [
    "Adoption",
    "FleetStatistics",
    "Insight",
    "ModelOffer",
    "Scope",
    "SharedFact",
    "Telling",
]
