"""One package in detail: its versions and who has them, who needs it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from django.db.models import Count, QuerySet, Window
from django.db.models.expressions import RawSQL

from apps.centralcloud.package_sync.models import AffectedVersion, Package, UsedVersion
from apps.centralcloud.package_sync.selectors.described import line
from apps.centralcloud.package_sync.selectors.wanted import packages_visible
from apps.shared.contracts.payloads.queries import PackageVersion

VERSIONS = 200
"""Versions that are told at most: the newest."""


class Dependents(NamedTuple):
    """Purls of packages, those that most instances use first, and how many there are."""

    purls: tuple[str, ...]
    total: int


# The versions that need a package are sought in an index that has nothing else, so that even one
# that a million versions need is answered without reading a table.
_DEPENDENTS = """
    SELECT DISTINCT u.package_id
    FROM package_sync_dependency d
    JOIN package_sync_usedversion h ON h.version_id = d.version_id
    JOIN package_sync_use u ON u.id = h.use_id
    WHERE d.target_id = %s
"""


def versions_told(package: Package, *, limit: int = VERSIONS) -> tuple[PackageVersion, ...]:
    """The newest versions, each with how many instances have it and how many advisories it has."""
    rows = list(package.versions.order_by("-position")[:limit])
    instances = instances_by_version(package)
    advisories = _advisories(package)
    return tuple(
        PackageVersion(
            version=row.version,
            released_at=row.released_at,
            yanked=row.yanked,
            withdrawn=row.withdrawn,
            deprecated=line(row.deprecated),
            licence=row.licence,
            instances=instances.get(row.pk, 0),
            advisories=advisories.get(row.pk, 0),
        )
        for row in rows
    )


def dependents_told(package: Package, *, audience: str | None, limit: int) -> Dependents:
    """Packages of which a version that somebody has needs this one."""
    rows = dependents(package, audience=audience).order_by("-instances", "id")
    found = list(rows.annotate(n=Window(Count("*"))).values_list("purl", "n")[:limit])
    return Dependents(tuple(purl for purl, _ in found), found[0][1] if found else 0)


def dependents(package: Package, *, audience: str | None = None) -> QuerySet[Package]:
    """Packages of the fleet that need a package, as far as somebody may hear of them."""
    needing = RawSQL(_DEPENDENTS, [package.pk])  # noqa: S611  its one value is a parameter
    return packages_visible(audience).filter(pk__in=needing)


def instances_by_version(package: Package) -> Mapping[int, int]:
    """How many instances have each version, by its id."""
    rows = UsedVersion.objects.filter(use__package=package).exclude(version=None).order_by()
    counted = rows.values("version").annotate(n=Count("use__instance", distinct=True))
    return dict(counted.values_list("version", "n"))


def _advisories(package: Package) -> Mapping[int, int]:
    rows = AffectedVersion.objects.filter(
        version__package=package, affected__advisory__withdrawn_at=None
    ).order_by()
    counted = rows.values("version").annotate(n=Count("affected__advisory__group", distinct=True))
    return dict(counted.values_list("version", "n"))
