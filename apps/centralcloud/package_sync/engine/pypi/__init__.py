"""Python packages: an index's simple API with core metadata, and its JSON API where it has one."""

from apps.centralcloud.package_sync.engine.pypi.client import PyPI

__all__ = ["PyPI"]
