"""Insights and recommendations in the admin."""

from apps.centralcloud.insights.admin.told import CloudInsightAdmin, RecommendationAdmin

__all__ = ["CloudInsightAdmin", "RecommendationAdmin"]
