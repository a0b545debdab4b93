"""Read side of what the fleet told."""

from apps.singularity.guidance.selectors.insights import insights_told, own

__all__ = ["insights_told", "own"]
