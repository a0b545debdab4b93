"""Packages, their versions and dependencies; advisories; who uses what; how syncing went."""

from apps.centralcloud.package_sync.models.advisories import (
    Advisory,
    AdvisoryTelling,
    Affected,
    AffectedVersion,
)
from apps.centralcloud.package_sync.models.packages import (
    Dependency,
    Implementation,
    Package,
    Version,
)
from apps.centralcloud.package_sync.models.syncing import Outcome, Seed
from apps.centralcloud.package_sync.models.uses import ReadCodebase, Use, UsedVersion

__all__ = [
    "Advisory",
    "AdvisoryTelling",
    "Affected",
    "AffectedVersion",
    "Dependency",
    "Implementation",
    "Outcome",
    "Package",
    "ReadCodebase",
    "Seed",
    "Use",
    "UsedVersion",
    "Version",
]
