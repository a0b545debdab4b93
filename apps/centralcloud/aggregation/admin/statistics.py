"""Statistics of the fleet over time."""

from __future__ import annotations

from django.contrib import admin
from unfold.decorators import display

from apps.centralcloud.aggregation.models import StatisticsSnapshot
from apps.centralcloud.fleet.admin.base import FleetAdmin
from apps.shared.contracts.payloads.statistics import GlobalStatistics


@admin.register(StatisticsSnapshot)
class SnapshotAdmin(FleetAdmin):
    """Newest first."""

    list_display = ("generated_at", "instances", "code", "learned", "contributions")
    ordering = ("-revision",)
    fields = ("generated_at", "instances", "code", "learned", "contributions", "languages")
    readonly_fields = fields

    @display(description="Instances")
    def instances(self, row: StatisticsSnapshot) -> str:
        """By how they were."""
        numbers = _told(row).instances.items()
        return ", ".join(f"{number:,} {how}" for how, number in numbers if number) or "none"

    @display(description="Code")
    def code(self, row: StatisticsSnapshot) -> str:
        """What the instances hold together."""
        told = _told(row)
        return f"{told.files:,} files in {told.codebases:,} code bases"

    @display(description="Learned")
    def learned(self, row: StatisticsSnapshot) -> str:
        """Different facts over the fleet."""
        told = _told(row)
        patterns = sum(one.patterns for one in told.patterns)
        return (
            f"{patterns:,} code patterns ({told.shared_patterns:,} shared), architecture: "
            f"{told.architecture:,}, frameworks: {told.frameworks:,}, packages: {told.packages:,}"
        )

    @display(description="Contributions")
    def contributions(self, row: StatisticsSnapshot) -> str:
        """Facts as single code bases tell them."""
        return f"{_told(row).contributions:,}"

    @display(description="Languages")
    def languages(self, row: StatisticsSnapshot) -> str:
        """Files by language."""
        told = _told(row).languages
        return ", ".join(f"{one.language}: {one.files:,} files" for one in told) or "none told"


def _told(row: StatisticsSnapshot) -> GlobalStatistics:
    return GlobalStatistics.model_validate(row.report)
