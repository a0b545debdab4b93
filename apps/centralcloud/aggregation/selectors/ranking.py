"""The facts of most instances, as they were when the view was last refreshed."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db import connection

from apps.centralcloud.aggregation.models import Subject

VIEW = "aggregation_pattern_ranking"
PLACES = 50
"""Of each subject, of all languages together and of each."""
LANGUAGES = 100
"""Languages that have a ranking of their own: those of the widest known facts."""
SUBJECTS = (Subject.PATTERN, Subject.ARCHITECTURE, Subject.FRAMEWORK)
_COLUMNS = """
    key, kind, language, name, cut, instances, eligible, share, confidence, trend, codebases,
    occurrences
"""
_FIRST = f"""
    SELECT place, {_COLUMNS} FROM {VIEW}
    WHERE tellers >= %(least)s AND subject = %(subject)s AND place <= %(places)s ORDER BY place
"""
_OF_LANGUAGE = f"""
    SELECT language_place, {_COLUMNS} FROM {VIEW}
    WHERE tellers >= %(least)s AND subject = %(subject)s AND language = %(language)s
        AND language_place <= %(places)s
    ORDER BY language_place
"""
_LANGUAGES = f"""
    SELECT language FROM {VIEW}
    WHERE tellers >= %(least)s AND subject = %(subject)s AND language <> ''
    GROUP BY language ORDER BY max(instances) DESC, language COLLATE "C" LIMIT %(languages)s
"""


@dataclass(frozen=True, slots=True)
class RankedFact:
    """A fact that others may see; ``place`` 1 is that of most instances.

    ``cut``: ``name`` is only the beginning of what people read.
    """

    place: int
    key: str
    kind: str
    language: str
    name: str
    cut: bool
    instances: int
    eligible: int
    share: float
    confidence: float
    trend: int
    codebases: int
    occurrences: int


def facts_ranked(*, subject: str, language: str = "") -> list[RankedFact]:
    """The first ``PLACES`` of a subject, of a language or of all together."""
    given = _given(subject) | {"language": language, "places": PLACES}
    with connection.cursor() as cursor:
        cursor.execute(_OF_LANGUAGE if language else _FIRST, given)
        return [RankedFact(*row) for row in cursor.fetchall()]


def languages_ranked(*, subject: str) -> list[str]:
    """Languages that have a ranking of their own, by name."""
    with connection.cursor() as cursor:
        cursor.execute(_LANGUAGES, _given(subject) | {"languages": LANGUAGES})
        return sorted(language for (language,) in cursor.fetchall())


def _given(subject: str) -> dict[str, str | int]:
    return {"subject": subject, "least": settings.PATTERN_MIN_INSTANCES}
