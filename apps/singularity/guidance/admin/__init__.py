"""What the fleet told, in the admin."""

from apps.singularity.guidance.admin.facts import SharedFactAdmin
from apps.singularity.guidance.admin.insights import InsightAdmin

__all__ = ["InsightAdmin", "SharedFactAdmin"]
