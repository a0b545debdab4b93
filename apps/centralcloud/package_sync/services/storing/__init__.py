"""What registries say of packages, kept: only what changed is written, nothing is forgotten."""

from apps.centralcloud.package_sync.services.storing.ensuring import package_ensure
from apps.centralcloud.package_sync.services.storing.package import (
    package_missing,
    package_store,
    package_unchanged,
    packages_store,
    packages_unchanged,
)

__all__ = [
    "package_ensure",
    "package_missing",
    "package_store",
    "package_unchanged",
    "packages_store",
    "packages_unchanged",
]
