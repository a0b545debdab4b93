"""Admin pages of packages."""

from apps.centralcloud.package_sync.admin.syncing import OutcomeAdmin, SeedAdmin

__all__ = ["OutcomeAdmin", "SeedAdmin"]
