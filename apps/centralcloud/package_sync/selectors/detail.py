"""One package in detail: its versions and who has them, who needs it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from django.db import connection
from django.db.models import BooleanField, Count, QuerySet
from django.db.models.expressions import RawSQL

from apps.centralcloud.package_sync.models import AffectedVersion, Package, UsedVersion
from apps.centralcloud.package_sync.selectors.described import line
from apps.centralcloud.package_sync.selectors.wanted import packages_visible
from apps.shared.contracts.payloads.queries import PackageVersion

VERSIONS = 200
"""Versions that are told at most: the newest."""


COUNTED = 500
"""Dependents that are counted at most; one more stands for all others."""
MANY = 20_000
"""Of more versions that need a package, dependents are sought from the packages in use."""


class Dependents(NamedTuple):
    """Purls of packages, those that most instances use first, and how many there are.

    A ``total`` of ``COUNTED`` + 1 stands for any that is larger.
    """

    purls: tuple[str, ...]
    total: int


# The versions that need a package are sought in an index that has nothing else, so that even one
# that a million versions need is answered without reading a table.
_DEPENDENTS = """
    SELECT v.package_id
    FROM package_sync_version v
    WHERE v.id IN (
        SELECT d.version_id FROM package_sync_dependency d
        WHERE d.target_id = %s AND d.version_id IN (
            SELECT h.version_id FROM package_sync_usedversion h
        )
    )
"""


_MANY = """
    SELECT EXISTS (SELECT FROM package_sync_dependency WHERE target_id = %s OFFSET %s)
"""
# Asked of one package after the other until there are enough. OFFSET 0 keeps PostgreSQL from
# turning this into a join with all versions that need the package.
_NEEDS = """
    EXISTS (
        SELECT FROM package_sync_version v
        WHERE v.package_id = package_sync_package.id
            AND EXISTS (
                SELECT FROM package_sync_dependency d
                WHERE d.target_id = %s AND d.version_id = v.id OFFSET 0
            )
            AND EXISTS (SELECT FROM package_sync_usedversion h WHERE h.version_id = v.id OFFSET 0)
        OFFSET 0
    )
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
    if _needed_by_many(package):
        needs = RawSQL(_NEEDS, [package.pk], BooleanField())  # noqa: S611  its one value is a parameter
        rows = packages_visible(audience).filter(needs, instances__gt=0)
    else:
        rows = dependents(package, audience=audience)
    purls = rows.order_by("-instances", "id").values_list("purl", flat=True)
    found = tuple(purls[: COUNTED + 1])
    return Dependents(found[:limit], len(found))


def dependents(package: Package, *, audience: str | None = None) -> QuerySet[Package]:
    """Packages of the fleet that need a package, as far as somebody may hear of them."""
    needing = RawSQL(_DEPENDENTS, [package.pk])  # noqa: S611  its one value is a parameter
    return packages_visible(audience).filter(pk__in=needing)


def _needed_by_many(package: Package) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_MANY, [package.pk, MANY])
        return bool(cursor.fetchone()[0])


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
