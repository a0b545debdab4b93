"""The patterns of most instances, as they were when the view was last refreshed."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db import connection

VIEW = "aggregation_pattern_ranking"
PLACES = 50
"""Of all languages together, and of each."""
_COLUMNS = """
    key, kind, language, name, instances, eligible, share, confidence, trend, codebases, occurrences
"""
_FIRST = f"""
    SELECT place, {_COLUMNS} FROM {VIEW}
    WHERE tellers >= %(least)s AND place <= %(places)s ORDER BY place
"""
_OF_LANGUAGE = f"""
    SELECT language_place, {_COLUMNS} FROM {VIEW}
    WHERE tellers >= %(least)s AND language = %(language)s AND language_place <= %(places)s
    ORDER BY language_place
"""
_LANGUAGES = f"""
    SELECT DISTINCT language COLLATE "C" FROM {VIEW}
    WHERE tellers >= %(least)s AND language <> '' ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class RankedPattern:
    """A pattern that others may see; ``place`` 1 is that of most instances."""

    place: int
    key: str
    kind: str
    language: str
    name: str
    instances: int
    eligible: int
    share: float
    confidence: float
    trend: int
    codebases: int
    occurrences: int


def patterns_ranked(*, language: str = "") -> list[RankedPattern]:
    """The first ``PLACES``, of a language or of all together."""
    least: int = settings.PATTERN_MIN_INSTANCES
    given: dict[str, str | int] = {"language": language, "places": PLACES, "least": least}
    with connection.cursor() as cursor:
        cursor.execute(_OF_LANGUAGE if language else _FIRST, given)
        return [RankedPattern(*row) for row in cursor.fetchall()]


def languages_ranked() -> list[str]:
    """Languages that have a ranking of their own."""
    with connection.cursor() as cursor:
        cursor.execute(_LANGUAGES, {"least": settings.PATTERN_MIN_INSTANCES})
        return [language for (language,) in cursor.fetchall()]
