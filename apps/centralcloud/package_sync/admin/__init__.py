"""Admin pages of packages."""

from apps.centralcloud.package_sync.admin.advisories import AdvisoryAdmin
from apps.centralcloud.package_sync.admin.packages import PackageAdmin
from apps.centralcloud.package_sync.admin.syncing import OutcomeAdmin, SeedAdmin

__all__ = ["AdvisoryAdmin", "OutcomeAdmin", "PackageAdmin", "SeedAdmin"]
