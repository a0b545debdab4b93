"""How many instances use a package, which versions they have and what ails those: one statement.

A version that no registry knows is counted only where enough instances have it: its name may say
something of the one that made it.
"""

from __future__ import annotations

from collections.abc import Collection

from django.conf import settings
from django.db import connection, transaction

from apps.centralcloud.package_sync.services.holding import packages_hold

SPREAD = 50
"""Versions of a package that are counted at most: those of most instances."""

_COUNTED = """
    WITH had AS (
        SELECT package_id, text, count(DISTINCT instance) AS instances, bool_or(known) AS known
        FROM (
            SELECT u.package_id, u.instance, coalesce(v.version, h.text) AS text,
                v.id IS NOT NULL AS known
            FROM package_sync_use u
            JOIN package_sync_usedversion h ON h.use_id = u.id
            LEFT JOIN package_sync_version v ON v.id = h.version_id
            WHERE %(packages)s::bigint[] IS NULL OR u.package_id = ANY (%(packages)s)
        ) each GROUP BY package_id, text
    ), ranked AS (
        SELECT *, row_number() OVER (
            PARTITION BY package_id ORDER BY instances DESC, text COLLATE "C"
        ) AS place
        FROM had WHERE known OR instances >= %(least)s
    ), spread AS (
        SELECT package_id, jsonb_object_agg(text, instances) AS spread
        FROM ranked WHERE place <= %(most)s GROUP BY package_id
    ), used AS (
        SELECT package_id, count(DISTINCT instance) AS instances, count(*) AS codebases
        FROM package_sync_use
        WHERE %(packages)s::bigint[] IS NULL OR package_id = ANY (%(packages)s)
        GROUP BY package_id
    ), ailing AS (
        SELECT package_id, bool_or(behind > 0) AS outdated, bool_or(deprecated) AS obsolete,
            bool_or(vulnerable) AS vulnerable
        FROM (
            SELECT u.package_id, max(h.behind) AS behind, v.deprecated <> '' AS deprecated,
                EXISTS (
                    SELECT FROM package_sync_affectedversion m
                    JOIN package_sync_affected a ON a.id = m.affected_id
                    JOIN package_sync_advisory w ON w.id = a.advisory_id
                    WHERE m.version_id = v.id AND w.withdrawn_at IS NULL
                ) AS vulnerable
            FROM package_sync_use u
            JOIN package_sync_usedversion h ON h.use_id = u.id
            JOIN package_sync_version v ON v.id = h.version_id
            WHERE %(packages)s::bigint[] IS NULL OR u.package_id = ANY (%(packages)s)
            GROUP BY u.package_id, v.id
        ) each GROUP BY package_id
    ), counted AS (
        SELECT p.id, coalesce(used.instances, 0) AS instances,
            coalesce(used.codebases, 0) AS codebases, coalesce(spread.spread, '{}') AS spread,
            coalesce(ailing.vulnerable, false) AS vulnerable,
            coalesce(ailing.outdated, false) AS outdated,
            used.package_id IS NOT NULL
                AND (p.deprecated <> '' OR coalesce(ailing.obsolete, false)) AS obsolete
        FROM package_sync_package p
        LEFT JOIN used ON used.package_id = p.id LEFT JOIN spread ON spread.package_id = p.id
        LEFT JOIN ailing ON ailing.package_id = p.id
        WHERE (p.instances > 0 OR used.package_id IS NOT NULL)
            AND (%(packages)s::bigint[] IS NULL OR p.id = ANY (%(packages)s))
    )
"""
_DIFFERS = """
    FROM counted c WHERE c.id = p.id
        AND (p.instances, p.codebases, p.spread, p.vulnerable, p.outdated, p.obsolete)
            IS DISTINCT FROM
            (c.instances, c.codebases, c.spread, c.vulnerable, c.outdated, c.obsolete)
"""
_FIND = f"{_COUNTED} SELECT p.id {_DIFFERS.replace('FROM', 'FROM package_sync_package p,', 1)}"
_WRITE = f"""
    {_COUNTED} UPDATE package_sync_package p
    SET instances = c.instances, codebases = c.codebases, spread = c.spread,
        vulnerable = c.vulnerable, outdated = c.outdated, obsolete = c.obsolete {_DIFFERS}
"""


@transaction.atomic
def use_counts_write(*, packages: Collection[int] | None = None) -> int:
    """Count the uses of these packages, or of all. Returns how many packages that changed.

    Called in the transaction that changes uses, versions, or which of them advisories affect.
    """
    given = {
        "packages": None if packages is None else list(packages),
        "least": settings.PATTERN_MIN_INSTANCES,
        "most": SPREAD,
    }
    with connection.cursor() as cursor:
        cursor.execute(_FIND, given)
        found = [pk for (pk,) in cursor.fetchall()]
        if not found:
            return 0
        packages_hold(found)
        cursor.execute(_WRITE, {**given, "packages": found})
        return int(cursor.rowcount)
