"""The packages that most instances use, as they were when the view was last refreshed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.db import connection

VIEW = "package_sync_hot_packages"
PLACES = 200
"""Of all ecosystems together, and of each."""
ECOSYSTEMS = 100
"""Ecosystems that have a list of their own: those of the most used packages."""
_COLUMNS = """
    purl, ecosystem, latest, licence, deprecated, instances, codebases, joined, behind, advisories,
    versions
"""
_FIRST = f"SELECT place, {_COLUMNS} FROM {VIEW} WHERE place <= %s ORDER BY place"
_OF_ECOSYSTEM = f"""
    SELECT ecosystem_place, {_COLUMNS} FROM {VIEW}
    WHERE ecosystem_place <= %s AND ecosystem = %s ORDER BY ecosystem_place
"""
_ECOSYSTEMS = f"""
    SELECT ecosystem FROM {VIEW}
    GROUP BY ecosystem ORDER BY max(instances) DESC, ecosystem COLLATE "C" LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class VersionInUse:
    """A version, and how many instances have it."""

    version: str
    instances: int


@dataclass(frozen=True, slots=True)
class HotPackage:
    """A package that instances may hear of; ``place`` 1 is that of most instances.

    ``joined`` instances took it up in the last four weeks, ``behind`` ones have a version that a
    newer release replaces. ``advisories`` counts open vulnerabilities that affect a version in use,
    one under several names once. ``versions`` are the five that most instances have.
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
    advisories: int
    versions: tuple[VersionInUse, ...]


def packages_hot(*, ecosystem: str = "") -> list[HotPackage]:
    """The first ``PLACES``, of an ecosystem or of all together."""
    with connection.cursor() as cursor:
        if ecosystem:
            cursor.execute(_OF_ECOSYSTEM, [PLACES, ecosystem])
        else:
            cursor.execute(_FIRST, [PLACES])
        return [HotPackage(*(*row, _versions(versions))) for *row, versions in cursor.fetchall()]


def _versions(text: str) -> tuple[VersionInUse, ...]:
    told: list[dict[str, Any]] = json.loads(text)
    return tuple(VersionInUse(**one) for one in told)


def ecosystems_hot() -> list[str]:
    """Ecosystems that have a list of their own, by name."""
    with connection.cursor() as cursor:
        cursor.execute(_ECOSYSTEMS, [ECOSYSTEMS])
        return sorted(ecosystem for (ecosystem,) in cursor.fetchall())
