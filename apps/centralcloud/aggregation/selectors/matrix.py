"""Who has what, as it was when the view was last refreshed: instances beside a facet's names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection

VIEW = "aggregation_fleet_matrix"
COLUMNS = 50
"""Names of a facet: those of most instances."""
PAGE = 200
"""Instances on a page."""
FACETS = {
    "language": "files of the language",
    "kind": "code patterns of the kind",
    "framework": "code bases with the framework",
}
"""What can stand beside instances, and what its numbers count."""
_NAMES = f"""
    SELECT name, count(*) FROM {VIEW} WHERE facet = %s
    GROUP BY name ORDER BY count(*) DESC, name COLLATE "C" LIMIT %s
"""
_INSTANCES = f"""
    SELECT DISTINCT instance COLLATE "C" FROM {VIEW}
    WHERE facet = %s AND instance COLLATE "C" > %s ORDER BY 1 LIMIT %s
"""
_NUMBERS = f"""
    SELECT instance, name, number FROM {VIEW}
    WHERE facet = %s AND name = ANY(%s) AND instance = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class Matrix:
    """A page of instances: numbers by name, for each instance that has any.

    ``names`` are the columns with how many instances of the whole fleet have each; ``next`` is the
    last instance of a full page, empty on the last one.
    """

    facet: str
    counts: str
    names: Mapping[str, int]
    instances: Mapping[str, Mapping[str, int]]
    next: str


def fleet_matrix(*, facet: str, after: str = "") -> Matrix:
    """Instances after one, by name, beside the ``COLUMNS`` most frequent names of a facet.

    Raises:
        KeyError: there is no such facet.
    """
    counts = FACETS[facet]
    with connection.cursor() as cursor:
        cursor.execute(_NAMES, [facet, COLUMNS])
        names = dict(cursor.fetchall())
        cursor.execute(_INSTANCES, [facet, after, PAGE + 1])
        found = [instance for (instance,) in cursor.fetchall()]
        page = found[:PAGE]
        cursor.execute(_NUMBERS, [facet, list(names), page])
        numbers: dict[str, dict[str, int]] = defaultdict(dict)
        for instance, name, number in cursor.fetchall():
            numbers[instance][name] = number
    rows = {instance: numbers[instance] for instance in page}
    return Matrix(facet, counts, names, rows, page[-1] if len(found) > PAGE else "")
