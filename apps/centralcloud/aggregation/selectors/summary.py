"""What each instance has told, in numbers, as it was when the view was last refreshed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

VIEW = "aggregation_instance_summary"
PAGE = 200
_COLUMNS = """
    instance, codebases, patterns, architecture, frameworks, packages, occurrences, shared,
    alone, first_seen_at, last_seen_at
"""
_ONE = f"SELECT {_COLUMNS} FROM {VIEW} WHERE instance = %s"
_PAGE = f"""
    SELECT {_COLUMNS} FROM {VIEW}
    WHERE instance COLLATE "C" > %s ORDER BY instance COLLATE "C" LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class InstanceSummary:
    """Different facts by subject; ``shared`` ones others have too, ``alone`` ones nobody else.

    ``occurrences`` are places that keep a code pattern, each counted for every pattern that it
    keeps. ``first_seen_at`` is when the oldest fact was first seen there, ``last_seen_at`` when the
    instance last told a change of its facts.
    """

    instance: str
    codebases: int
    patterns: int
    architecture: int
    frameworks: int
    packages: int
    occurrences: int
    shared: int
    alone: int
    first_seen_at: datetime | None
    last_seen_at: datetime | None


def instance_summed(instance: str) -> InstanceSummary | None:
    """One instance; None where it had told nothing when the view was last refreshed."""
    with connection.cursor() as cursor:
        cursor.execute(_ONE, [instance])
        row = cursor.fetchone()
    return InstanceSummary(*row) if row else None


def instances_summed(*, after: str = "") -> tuple[Sequence[InstanceSummary], str]:
    """A page of instances after one, by name, and the last of a full page."""
    with connection.cursor() as cursor:
        cursor.execute(_PAGE, [after, PAGE + 1])
        rows = [InstanceSummary(*row) for row in cursor.fetchall()]
    return rows[:PAGE], rows[PAGE - 1].instance if len(rows) > PAGE else ""
