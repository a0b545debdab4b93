"""Who has what, as it was when the view was last refreshed: instances beside a facet's names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

VIEW = "aggregation_fleet_matrix"
PAGE = 100
"""Instances on a page."""
FACETS = {
    "language": "files of the language",
    "kind": "code patterns of the kind",
    "framework": "code bases with the framework",
}
"""What can stand beside instances, and what its numbers count."""
_NAMES = f"""
    SELECT DISTINCT name, instances, place FROM {VIEW}
    WHERE facet = %s AND name <> '' ORDER BY place
"""
_INSTANCES = f"""
    SELECT DISTINCT instance COLLATE "C" FROM {VIEW}
    WHERE facet = %s AND instance COLLATE "C" > %s ORDER BY 1 LIMIT %s
"""
_RECENT = f"""
    SELECT instance FROM {VIEW} WHERE facet = %s
    GROUP BY instance ORDER BY max(last_changed_at) DESC, instance LIMIT %s
"""
_HAS = f"""
    SELECT facet, name, number, last_changed_at FROM {VIEW}
    WHERE instance = %s AND name <> '' ORDER BY facet, number DESC, name
"""
_CELLS = f"""
    SELECT instance, name, number, last_changed_at FROM {VIEW}
    WHERE facet = %s AND instance = ANY(%s) ORDER BY place NULLS LAST
"""


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """How much an instance has, and when it last told a change of it.

    All is told anew once a month, changed or not. Files of a language are told together, whenever
    the instance reports statistics.
    """

    number: int
    last_changed_at: datetime


@dataclass(frozen=True, slots=True)
class Matrix:
    """A page of instances: cells by name, for each instance that has any.

    ``names`` are the columns, at most fifty, with how many instances of the whole fleet have each;
    ``others`` is how many names that are no columns an instance has, where it has any. ``next`` is
    the last instance of a full page, empty on the last one.
    """

    facet: str
    counts: str
    names: Mapping[str, int]
    instances: Mapping[str, Mapping[str, MatrixCell]]
    others: Mapping[str, MatrixCell]
    next: str


def fleet_matrix(*, facet: str, after: str = "") -> Matrix:
    """Instances after one, by name, beside the most frequent names of a facet.

    Raises:
        KeyError: there is no such facet.
    """
    with connection.cursor() as cursor:
        cursor.execute(_INSTANCES, [facet, after, PAGE + 1])
        found = [instance for (instance,) in cursor.fetchall()]
    page = found[:PAGE]
    return _beside(facet, page, page[-1] if len(found) > PAGE else "")


def matrix_recent(*, facet: str, limit: int) -> Matrix:
    """Those instances that told a change last, beside the most frequent names of a facet.

    Raises:
        KeyError: there is no such facet.
    """
    with connection.cursor() as cursor:
        cursor.execute(_RECENT, [facet, limit])
        page = [instance for (instance,) in cursor.fetchall()]
    return _beside(facet, page, "")


def instance_cells(instance: str) -> Mapping[str, Mapping[str, MatrixCell]]:
    """What one instance has: cells by name for each facet, the most first."""
    cells: dict[str, dict[str, MatrixCell]] = {facet: {} for facet in FACETS}
    with connection.cursor() as cursor:
        cursor.execute(_HAS, [instance])
        for facet, name, number, at in cursor.fetchall():
            cells[facet][name] = MatrixCell(number, at)
    return cells


def _beside(facet: str, page: Sequence[str], following: str) -> Matrix:
    counts = FACETS[facet]
    with connection.cursor() as cursor:
        cursor.execute(_NAMES, [facet])
        names = {name: instances for name, instances, _ in cursor.fetchall()}
        cursor.execute(_CELLS, [facet, list(page)])
        cells: dict[str, dict[str, MatrixCell]] = defaultdict(dict)
        for instance, name, number, at in cursor.fetchall():
            cells[instance][name] = MatrixCell(number, at)
    others = {one: cells[one].pop("") for one in page if "" in cells[one]}
    rows = {instance: cells[instance] for instance in page}
    return Matrix(facet, counts, names, rows, others, following)
