"""What manifests say about the folders that they stand in."""

from __future__ import annotations

from apps.singularity.patterns.engine.architecture.packages.read import (
    is_package_file,
    read_package,
)

__all__ = ["is_package_file", "read_package"]
