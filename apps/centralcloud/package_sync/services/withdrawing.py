"""Take an instance out of who uses what, as if it had never been there."""

from __future__ import annotations

from apps.centralcloud.package_sync.services.uses import instance_uses_remove


def instance_remove(*, instance: str) -> int:
    """Remove what an instance uses; how many uses that were.

    In the wiring it comes after aggregation's: that one waits for whoever reads declarations.
    """
    return instance_uses_remove(instance=instance)
