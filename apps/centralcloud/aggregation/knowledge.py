"""Answers about the whole fleet that are kept; the site's wiring lists them under ``KNOWLEDGE``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields

from pydantic import Field

from apps.centralcloud.aggregation.selectors import matrix, ranking, summary
from apps.shared.knowledge_cache.answers import ViewAnswer
from apps.shared.knowledge_cache.fitting import rows_fitting
from apps.shared.knowledge_cache.kinds import Answer, Kind, Question
from apps.shared.knowledge_cache.selectors import source_changed_at
from apps.shared.knowledge_cache.services.refreshing import view_source


class Ranking(ViewAnswer):
    """The facts of most instances, of a subject and a language or of all languages."""

    facts: tuple[ranking.RankedFact, ...]
    left_out: int = Field(description="The last ones, for which a message has no room.")


class FleetMatrix(ViewAnswer):
    """Instances beside languages, kinds of patterns or frameworks."""

    facet: str
    counts: str = Field(description="What the numbers count.")
    names: Mapping[str, int] = Field(description="Columns, with the instances that have each.")
    instances: Mapping[str, Mapping[str, matrix.MatrixCell]] = Field(
        description="Cells of each instance by name of the column."
    )
    others: Mapping[str, matrix.MatrixCell] = Field(
        description="Names that are no columns: how many each instance has, if any."
    )
    next: str = Field(description="`after` of the next page; empty on the last one.")


class FleetSummary(ViewAnswer):
    """What each instance has told, in numbers."""

    instances: tuple[summary.InstanceSummary, ...]
    next: str = Field(description="`after` of the next page; empty on the last one.")


def _ranking(question: Question) -> Answer:
    found = ranking.facts_ranked(subject=question["subject"], language=question["language"])
    facts = rows_fitting(found)
    as_of = source_changed_at(view_source(ranking.VIEW))
    return Ranking(as_of=as_of, facts=tuple(facts), left_out=len(found) - len(facts)).answer()


def _rankings_told() -> Iterator[Question]:
    """Of each subject that of all languages together, and that of each."""
    for subject in ranking.SUBJECTS:
        for language in ("", *ranking.languages_ranked(subject=subject)):
            yield {"subject": subject.value, "language": language}


def _matrix(question: Question) -> Answer:
    found = matrix.fleet_matrix(facet=question["facet"], after=question["after"])
    as_of = source_changed_at(view_source(matrix.VIEW))
    parts = {one.name: getattr(found, one.name) for one in fields(found)}
    return FleetMatrix(as_of=as_of, **parts).answer()


def _summary(question: Question) -> Answer:
    rows, last = summary.instances_summed(after=question["after"])
    as_of = source_changed_at(view_source(summary.VIEW))
    return FleetSummary(as_of=as_of, instances=tuple(rows), next=last).answer()


PATTERN_RANKING = Kind("pattern_ranking", (view_source(ranking.VIEW),), _ranking, _rankings_told)
"""Asked by ``subject`` and ``language``, empty for all. Only what others may see."""
FLEET_MATRIX = Kind("fleet_matrix", (view_source(matrix.VIEW),), _matrix)
"""Asked by ``facet`` and ``after``, an instance. Names instances: never told to one."""
INSTANCE_SUMMARY = Kind("instance_summary", (view_source(summary.VIEW),), _summary)
"""Asked by ``after``, an instance. Names instances: never told to one."""
