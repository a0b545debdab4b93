"""Who changes what is known of packages, or of their uses, holds their rows."""

from __future__ import annotations

from collections.abc import Iterable

from apps.centralcloud.package_sync.models import Package


def packages_hold(packages: Iterable[int]) -> None:
    """Nobody changes what is known of these until the transaction ends; locked by id."""
    rows = Package.objects.filter(pk__in=list(packages)).order_by("pk")
    list(rows.select_for_update(no_key=True).values_list("pk", flat=True))
