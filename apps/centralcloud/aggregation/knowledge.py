"""Answers about the whole fleet that are kept; the site's wiring lists them under ``KNOWLEDGE``.

``as_of`` is when the view behind an answer was last refreshed, none before the first time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from apps.centralcloud.aggregation.selectors import matrix, ranking, summary
from apps.shared.knowledge_cache.kinds import Answer, Kind, Question
from apps.shared.knowledge_cache.selectors import source_changed_at


def _source(view: str) -> str:
    return f"view:{view}"


def _as_of(view: str) -> str | None:
    changed_at = source_changed_at(_source(view))
    return changed_at.isoformat() if changed_at else None


def _ranking(question: Question) -> Answer:
    found = ranking.patterns_ranked(language=question["language"])
    return {"as_of": _as_of(ranking.VIEW), "patterns": [asdict(one) for one in found]}


def _rankings_told() -> Iterator[Question]:
    """That of all languages together, and that of each."""
    return ({"language": language} for language in ("", *ranking.languages_ranked()))


def _matrix(question: Question) -> Answer:
    found = matrix.fleet_matrix(facet=question["facet"], after=question["after"])
    return {"as_of": _as_of(matrix.VIEW), **asdict(found)}


def _summary(question: Question) -> Answer:
    rows, last = summary.instances_summed(after=question["after"])
    told = [asdict(one) | {"first_seen_at": _iso(one)} for one in rows]
    return {"as_of": _as_of(summary.VIEW), "instances": told, "next": last}


def _iso(one: summary.InstanceSummary) -> str | None:
    return one.first_seen_at.isoformat() if one.first_seen_at else None


PATTERN_RANKING = Kind("pattern_ranking", (_source(ranking.VIEW),), _ranking, _rankings_told)
"""Asked by ``language``, empty for all. Only what others may see."""
FLEET_MATRIX = Kind("fleet_matrix", (_source(matrix.VIEW),), _matrix)
"""Asked by ``facet`` and ``after``, an instance. Names instances: never told to one."""
INSTANCE_SUMMARY = Kind("instance_summary", (_source(summary.VIEW),), _summary)
"""Asked by ``after``, an instance. Names instances: never told to one."""
