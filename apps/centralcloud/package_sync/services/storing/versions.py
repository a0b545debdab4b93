"""Versions of a package by difference: only those that are new or say something else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import connection

from apps.centralcloud.package_sync.engine.record import PackageRecord, VersionRecord
from apps.centralcloud.package_sync.models import Package, Version
from apps.centralcloud.package_sync.services.storing.fitting import (
    VersionRow,
    version_row,
    versions_fit,
)
from apps.shared.packages.versions import versions_sorted

UPSERT = """
    INSERT INTO package_sync_version AS known (
        package_id, version, position, released_at, prerelease, yanked, yanked_reason, withdrawn,
        deprecated, size, licence, licence_text, depends, needs
    )
    SELECT %s, given.*
    FROM unnest(
        %s::text[], %s::int[], %s::timestamptz[], %s::bool[], %s::bool[], %s::text[], %s::bool[],
        %s::text[], %s::bigint[], %s::text[], %s::text[], %s::bool[], %s::bigint[]
    ) AS given
    ON CONFLICT (package_id, version) DO UPDATE SET
        position = EXCLUDED.position, released_at = EXCLUDED.released_at,
        prerelease = EXCLUDED.prerelease, yanked = EXCLUDED.yanked,
        yanked_reason = EXCLUDED.yanked_reason, withdrawn = EXCLUDED.withdrawn,
        deprecated = EXCLUDED.deprecated, size = EXCLUDED.size, licence = EXCLUDED.licence,
        licence_text = EXCLUDED.licence_text, depends = EXCLUDED.depends, needs = EXCLUDED.needs
    RETURNING id, version
"""


@dataclass(frozen=True, slots=True)
class Difference:
    """What a record changes of a package's versions.

    ``rows`` are all versions as they are afterwards, oldest first, ``written`` those of them that
    are new or changed, ``needing`` versions whose list of dependencies is another one, and
    ``unlisted`` those of them that had none.
    """

    rows: list[VersionRow]
    written: list[VersionRow] = field(default_factory=list)
    needing: list[VersionRecord] = field(default_factory=list)
    unlisted: set[str] = field(default_factory=set)


def versions_known(packages: Collection[int]) -> Mapping[int, Sequence[VersionRow]]:
    """What is kept of the versions of these packages, by package."""
    rows = Version.objects.filter(package__in=packages).order_by()
    known: dict[int, list[VersionRow]] = defaultdict(list)
    for package, *row in rows.values_list("package_id", *VersionRow._fields):
        known[package].append(VersionRow(*row))
    return known


def versions_differ(
    package: Package, record: PackageRecord, rows: Sequence[VersionRow]
) -> Difference:
    """Compare a record with what is known. A version that it does not name was withdrawn."""
    known = {row.version: row for row in rows}
    given = versions_fit(record)
    ordered = versions_sorted(package.ecosystem, [*known, *(given.keys() - known.keys())])
    found = Difference(rows=list(_rows(ordered, known, given)))
    for row in found.rows:
        before = known.get(row.version)
        if row != before:
            found.written.append(row)
        if row.needs != (before.needs if before else None):
            found.needing.append(given[row.version])
            if before is None or not before.depends:
                found.unlisted.add(row.version)
    return found


def versions_write(package: Package, rows: list[VersionRow]) -> dict[str, int]:
    """Insert or update versions; returns their ids."""
    if not rows:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(UPSERT, [package.pk, *(list(column) for column in zip(*rows, strict=True))])
        return {version: pk for pk, version in cursor.fetchall()}


def _rows(
    ordered: list[str], known: Mapping[str, VersionRow], given: Mapping[str, VersionRecord]
) -> Iterator[VersionRow]:
    for position, version in enumerate(ordered):
        before = known.get(version)
        if version in given:
            yield version_row(given[version], position=position, known=before)
        elif before is not None:
            yield before._replace(position=position, withdrawn=True)
