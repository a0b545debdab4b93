"""Aggregation in the admin: facts, who contributed what, statistics over time."""

from apps.centralcloud.aggregation.admin.contributions import ContributionAdmin
from apps.centralcloud.aggregation.admin.facts import FactAdmin
from apps.centralcloud.aggregation.admin.statistics import SnapshotAdmin

__all__ = ["ContributionAdmin", "FactAdmin", "SnapshotAdmin"]
