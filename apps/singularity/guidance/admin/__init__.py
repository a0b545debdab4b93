"""What the fleet told, in the admin."""

from apps.singularity.guidance.admin.advisories import AdvisoryAdmin
from apps.singularity.guidance.admin.facts import SharedFactAdmin
from apps.singularity.guidance.admin.insights import InsightAdmin
from apps.singularity.guidance.admin.offers import ModelOfferAdmin

__all__ = ["AdvisoryAdmin", "InsightAdmin", "ModelOfferAdmin", "SharedFactAdmin"]
