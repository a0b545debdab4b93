"""Insights for all, and those for each instance."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter

import numpy as np
from django.conf import settings

from apps.centralcloud.aggregation.selectors.for_insights import (
    ShownFact,
    fact_names,
    fact_versions,
    newcomers,
)
from apps.centralcloud.insights.engine.adoption import LEAST, Adopted, adoptions, recommended
from apps.centralcloud.insights.engine.contents import contents_of
from apps.centralcloud.insights.engine.insight import Insight
from apps.centralcloud.insights.engine.rules import rules_broken
from apps.centralcloud.insights.engine.trends import Course, course_insight
from apps.centralcloud.insights.engine.versions import (
    Spread,
    Standing,
    own_insight,
    spread_insight,
    spread_of,
)
from apps.centralcloud.insights.services.reading import Reading, kept_read

WINDOW = timedelta(weeks=4)
"""How far back joining, leaving and being seen first count as news."""
EACH_LIMIT = 50
"""Insights of one kind and subject that all are told."""
ADOPT_LIMIT, RULES_LIMIT, VERSIONS_LIMIT = 100, 30, 30
"""Insights of each kind that one instance is told."""
NAMES = 1_000
"""Names that are read at once."""


@dataclass(frozen=True, slots=True)
class WorkedOut:
    """What is to be told to all, and what it takes to say it to each."""

    reading: Reading
    wide: Sequence[Insight]
    adopted: Sequence[Sequence[Adopted]]
    contents: Mapping[int, frozenset[int]]
    broken: Sequence[Sequence[Insight]]
    standing: Sequence[Sequence[tuple[Spread, Sequence[str]]]]

    def own(self, place: int) -> list[Insight]:
        """What the instance at a place is told, best first."""
        fleet = self.reading.fleet
        versions = [own_insight(fleet, *pair) for pair in self.standing[place]]
        found = [
            *recommended(fleet, self.adopted[place], self.contents, ADOPT_LIMIT),
            *self.broken[place][:RULES_LIMIT],
            *_best(versions, VERSIONS_LIMIT),
        ]
        return _best(found, len(found))


def insights_work_out(reading: Reading, *, now: datetime) -> WorkedOut:
    """Everything that the fleet's facts say now."""
    least = max(LEAST, settings.PATTERN_MIN_INSTANCES)
    adopted = adoptions(reading.fleet, least=least, limit=ADOPT_LIMIT)
    spreads, standing = _spreads(reading)
    courses = map(course_insight, _courses(reading, now))
    wide = [one for one in courses if one] + [spread_insight(reading.fleet, s) for s in spreads]
    return WorkedOut(
        reading=reading,
        wide=_best_of_each(reading, wide),
        adopted=adopted,
        contents=_contents(reading, {one.fact for options in adopted for one in options}),
        broken=rules_broken(reading.fleet, kept_read(reading), least=least),
        standing=standing,
    )


def _best(insights: Iterable[Insight], limit: int) -> list[Insight]:
    return sorted(insights, key=lambda one: (-one.score, one.kind, one.fact))[:limit]


def _best_of_each(reading: Reading, insights: Iterable[Insight]) -> list[Insight]:
    taken: Counter[tuple[str, str]] = Counter()
    kept = []
    for one in sorted(insights, key=lambda one: (-one.score, one.kind, one.fact)):
        group = (one.kind, reading.fleet.facts[one.fact].subject)
        taken[group] += 1
        if taken[group] <= EACH_LIMIT:
            kept.append(one)
    return kept


def _courses(reading: Reading, now: datetime) -> Iterator[Course]:
    """Each fact's course among the instances that were there before.

    Nothing is new to a fleet of newcomers: everything would be.
    """
    since = now - WINDOW
    fleet = reading.fleet
    names = [name for name in newcomers(since=since) if name in reading.instances]
    established = len(names) < len(fleet.instances)
    came = np.zeros(len(fleet.instances), dtype=np.int64)
    came[[reading.instances[name] for name in names]] = 1
    counted = np.concatenate([[0], np.cumsum(came[fleet.holders])])
    brought = (counted[fleet.starts[1:]] - counted[fleet.starts[:-1]]).tolist()
    for place, (shown, fact) in enumerate(zip(reading.shown, fleet.facts, strict=True)):
        yield Course(
            fact=place,
            label=f"this {fact.label}" if fact.subject == "pattern" else fact.label,
            instances=shown.instances,
            eligible=shown.eligible,
            joined=max(shown.joined - brought[place], 0),
            left=shown.left,
            is_new=established and shown.first_seen_at is not None and shown.first_seen_at > since,
        )


def _contents(reading: Reading, facts: Iterable[int]) -> dict[int, frozenset[int]]:
    """What each recommended fact consists of; one that is shown no more, of nothing."""
    found: dict[int, frozenset[int]] = {}
    ordered = sorted(facts)
    for start in range(0, len(ordered), NAMES):
        chunk = ordered[start : start + NAMES]
        names = fact_names([reading.shown[place].id for place in chunk])
        for place in chunk:
            one = reading.shown[place]
            name = one.package or names.get(one.id, "")
            found[place] = contents_of(one.subject, one.kind, one.language, name)
    return found


def _spreads(
    reading: Reading,
) -> tuple[list[Spread], list[list[tuple[Spread, Sequence[str]]]]]:
    """Packages in several versions, and for each instance those that it has a part in.

    A framework that is one of these packages says the same, and is left out.
    """
    found: dict[int, tuple[Spread, Standing]] = {}
    for fact, rows in groupby(fact_versions(), key=itemgetter(0)):
        place = reading.places.get(fact)
        if place is None:
            continue
        standing: Standing = {
            reading.instances[name]: versions
            for _, name, versions in rows
            if name in reading.instances
        }
        spread = spread_of(place, standing, shown=set(reading.shown[place].versions))
        if spread:
            found[place] = spread, standing
    packages = {reading.shown[place].key for place in found}
    own: dict[int, list[tuple[Spread, Sequence[str]]]] = defaultdict(list)
    kept = [place for place in sorted(found) if not _is_package(reading.shown[place], packages)]
    for place in kept:
        spread, standing = found[place]
        for number, versions in standing.items():
            own[number].append((spread, versions))
    return (
        [found[place][0] for place in kept],
        [own[number] for number in range(len(reading.fleet.instances))],
    )


def _is_package(one: ShownFact, packages: set[str]) -> bool:
    return one.subject == "framework" and one.package in packages
