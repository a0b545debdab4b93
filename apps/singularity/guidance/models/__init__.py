"""What the fleet told this instance."""

from apps.singularity.guidance.models.facts import FleetStatistics, SharedFact
from apps.singularity.guidance.models.insights import Insight, Scope, Telling

__all__ = ["FleetStatistics", "Insight", "Scope", "SharedFact", "Telling"]
