"""The packages that most instances use, as they were when the view was last refreshed."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

VIEW = "package_sync_hot_packages"
PLACES = 200
"""Of all ecosystems together, and of each."""
_COLUMNS = """
    purl, ecosystem, latest, licence, deprecated, instances, codebases, joined, behind
"""
_FIRST = f"SELECT place, {_COLUMNS} FROM {VIEW} WHERE place <= %s ORDER BY place"
_OF_ECOSYSTEM = f"""
    SELECT ecosystem_place, {_COLUMNS} FROM {VIEW}
    WHERE ecosystem_place <= %s AND ecosystem = %s ORDER BY ecosystem_place
"""
_ECOSYSTEMS = f'SELECT DISTINCT ecosystem COLLATE "C" FROM {VIEW} ORDER BY 1'


@dataclass(frozen=True, slots=True)
class HotPackage:
    """A package that instances may hear of; ``place`` 1 is that of most instances.

    ``joined`` instances took it up in the last four weeks, ``behind`` ones have a version that a
    newer release replaces.
    """

    place: int
    purl: str
    ecosystem: str
    latest: str
    licence: str
    deprecated: bool
    instances: int
    codebases: int
    joined: int
    behind: int


def packages_hot(*, ecosystem: str = "") -> list[HotPackage]:
    """The first ``PLACES``, of an ecosystem or of all together."""
    with connection.cursor() as cursor:
        if ecosystem:
            cursor.execute(_OF_ECOSYSTEM, [PLACES, ecosystem])
        else:
            cursor.execute(_FIRST, [PLACES])
        return [HotPackage(*row) for row in cursor.fetchall()]


def ecosystems_hot() -> list[str]:
    """Ecosystems that have a list of their own."""
    with connection.cursor() as cursor:
        cursor.execute(_ECOSYSTEMS)
        return [ecosystem for (ecosystem,) in cursor.fetchall()]
