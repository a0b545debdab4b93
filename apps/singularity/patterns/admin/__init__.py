"""Mining in the admin: patterns, what breaks them, architecture, frameworks."""

from apps.singularity.patterns.admin.architecture import ArchitectureAdmin
from apps.singularity.patterns.admin.findings import FindingAdmin
from apps.singularity.patterns.admin.frameworks import FrameworkAdmin
from apps.singularity.patterns.admin.patterns import PatternAdmin

__all__ = ["ArchitectureAdmin", "FindingAdmin", "FrameworkAdmin", "PatternAdmin"]
