"""Which packages an instance uses, on its page."""

from __future__ import annotations

from typing import Any

from apps.centralcloud.fleet.parts import Part
from apps.centralcloud.package_sync.models import Package, Use
from apps.centralcloud.package_sync.selectors.wanted import Wanted, packages_ranked
from apps.shared.core.admin.base import list_url

CONCERNS = ("vulnerable", "deprecated", "outdated")


def _packages(instance: str) -> dict[str, Any]:
    """Four queries."""
    used = Use.objects.filter(instance=instance).values("package").distinct().count()
    numbers = [("used", used, list_url(Package, used_by=instance))]
    for concern in CONCERNS if used else ():
        asked: dict[str, Any] = {"used_by": instance, concern: True}
        _, number = packages_ranked(Wanted(**asked), limit=1)
        numbers.append((concern, number, list_url(Package, used_by=instance, concern=concern)))
    return {"numbers": numbers, "used": used}


PACKAGES = Part(
    "Packages it uses", "package_sync/part.html", _packages, "package_sync.view_package"
)
