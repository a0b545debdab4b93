"""JavaScript packages: a registry of npm's kind, asked for whole packuments."""

from apps.centralcloud.package_sync.engine.npm.client import Npm

__all__ = ["Npm"]
