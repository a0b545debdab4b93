"""What versions need: whole lists, by COPY."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from django.db import connection

from apps.centralcloud.package_sync.engine.record import VersionRecord
from apps.centralcloud.package_sync.services.storing.ensuring import package_ensure
from apps.centralcloud.package_sync.services.storing.fitting import dependencies_fit

_CLEAR = "DELETE FROM package_sync_dependency WHERE version_id = ANY(%s)"
_COPY = """
    COPY package_sync_dependency (version_id, place, target_id, requirement, scope, marker)
    FROM STDIN (FORMAT BINARY)
"""
_TYPES = ["int8", "int4", "int8", "varchar", "varchar", "varchar"]
Row = tuple[int, int, int, str, str, str]


def dependencies_write(
    versions: Sequence[VersionRecord],
    ids: Mapping[str, int],
    *,
    targets: Mapping[str, int] | None = None,
    new: Collection[str] = (),
) -> None:
    """Replace the lists of these versions. Packages that nobody knows yet get a row.

    Lists are made one at a time: 20,000 versions with 50 dependencies each take no more memory
    than their record.

    Args:
        versions: those whose lists are other ones now.
        ids: of versions.
        targets: ids of all packages that are needed, where they have rows already.
        new: versions that have no list yet.
    """
    if not versions:
        return
    if targets is None:
        targets = package_ensure(purls_needed(versions))
    listed = [ids[one.version] for one in versions if one.version not in new]
    with connection.cursor() as cursor, connection.wrap_database_errors:
        if listed:
            cursor.execute(_CLEAR, [listed])
        if not any(one.dependencies for one in versions):
            return
        with cursor.copy(_COPY) as copy:
            copy.set_types(_TYPES)
            for row in _rows(versions, ids, targets):
                copy.write_row(row)


def purls_needed(versions: Iterable[VersionRecord]) -> set[str]:
    """The packages that versions need."""
    return {need.purl for one in versions for need in one.dependencies or ()}


def _rows(
    versions: Sequence[VersionRecord], ids: Mapping[str, int], targets: Mapping[str, int]
) -> Iterator[Row]:
    for one in versions:
        needs = (need for need in dependencies_fit(one) if need[0] in targets)
        for place, (purl, requirement, scope, marker) in enumerate(needs):
            yield ids[one.version], place, targets[purl], requirement, scope, marker
