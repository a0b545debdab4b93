"""Aliases of one vulnerability belong together: a group is named by the smallest of their ids.

Aliases hold both ways and pass on (OSV schema, "aliases field"), so a group is a connected
component of the graph of all ids.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from django.db.models import Q

from apps.centralcloud.package_sync.models import Advisory


def groups_store(*, osv_ids: Collection[str]) -> None:
    """Write the groups of all advisories that any of these ids may be connected to.

    Called inside a transaction that holds the lock of importing.
    """
    rows = _connected(osv_ids)
    groups = groups_of({row.osv_id: row.aliases for row in rows.values()})
    moved = [row for row in rows.values() if row.group != groups[row.osv_id]]
    for row in moved:
        row.group = groups[row.osv_id]
    Advisory.objects.bulk_update(moved, ["group"], batch_size=500)


def groups_of(aliases: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """The smallest id that each id is connected to: union by the smaller root, path halving."""
    parents: dict[str, str] = {}

    def root(name: str) -> str:
        parents.setdefault(name, name)
        while parents[name] != name:
            parents[name] = name = parents[parents[name]]
        return name

    for name, others in aliases.items():
        for other in others:
            smaller, larger = sorted((root(name), root(other)))
            parents[larger] = smaller
    return {name: root(name) for name in aliases}


def _connected(osv_ids: Collection[str]) -> dict[str, Advisory]:
    """Advisories by id, from these ids on, along aliases in either direction."""
    found: dict[str, Advisory] = {}
    asked: set[str] = set()
    waiting = set(osv_ids)
    while waiting:
        asked |= waiting
        named = Q(osv_id__in=waiting) | Q(aliases__overlap=sorted(waiting))
        for row in Advisory.objects.filter(named).only("osv_id", "aliases", "group"):
            found[row.osv_id] = row
        waiting = {one for row in found.values() for one in (row.osv_id, *row.aliases)} - asked
    return found
