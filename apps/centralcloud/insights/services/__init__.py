"""Work out what the fleet's facts mean, store it, and tell it."""

from apps.centralcloud.insights.services.generating import insights_generate

__all__ = ["insights_generate"]
