"""What there is to choose from, and what is counted over all packages in use."""

from __future__ import annotations

from typing import NamedTuple

from django.db import connection

from apps.centralcloud.package_sync.models import Implementation, ReadCodebase
from apps.centralcloud.package_sync.selectors.wanted import packages_visible


class LicenceCount(NamedTuple):
    """An SPDX identifier, the packages in use whose licence names it, and their uses."""

    licence: str
    packages: int
    codebases: int


_LICENCES = """
    SELECT licence, count(*), sum(uses)::bigint
    FROM (
        SELECT unnest(CASE WHEN p.licence_ids = '{}' THEN ARRAY[''] ELSE p.licence_ids END)
                AS licence, p.codebases AS uses
        FROM package_sync_package p WHERE p.instances > 0
    ) named GROUP BY licence ORDER BY 2 DESC, 1
"""
_LICENCES_OF = """
    SELECT licence, count(DISTINCT package_id), count(*)
    FROM (
        SELECT u.package_id,
            unnest(CASE WHEN p.licence_ids = '{}' THEN ARRAY[''] ELSE p.licence_ids END) AS licence
        FROM package_sync_use u JOIN package_sync_package p ON p.id = u.package_id
        WHERE u.instance = %s
    ) named GROUP BY licence ORDER BY 2 DESC, 1
"""


def licences_used(*, instance: str = "") -> list[LicenceCount]:
    """Licences of what is in use, by anybody or by one; "" stands for those not known."""
    with connection.cursor() as cursor:
        cursor.execute(_LICENCES_OF if instance else _LICENCES, [instance] if instance else None)
        return [LicenceCount(*row) for row in cursor.fetchall()]


def ecosystems_known(*, audience: str | None = None) -> list[str]:
    """Types of purls that there are packages of, among those that the audience may hear of."""
    rows = packages_visible(audience).order_by("ecosystem")
    return list(rows.values_list("ecosystem", flat=True).distinct())


def languages_known(*, audience: str | None = None) -> list[str]:
    """Languages that packages are implemented in which the audience may hear of."""
    rows = Implementation.objects.order_by("language")
    if audience is not None:
        rows = rows.filter(package__in=packages_visible(audience).order_by().values("pk"))
    return list(rows.values_list("language", flat=True).distinct())


def instances_known() -> list[str]:
    """Instances that have declared something."""
    return sorted(set(ReadCodebase.objects.values_list("instance", flat=True)))
