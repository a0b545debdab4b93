"""The fleet's facts as the engine takes them."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apps.centralcloud.aggregation.selectors.for_insights import (
    ShownFact,
    fact_holders,
    populations,
    rule_counts,
    shown_facts,
)
from apps.centralcloud.insights.engine.fleet import Fact, Fleet, Indices, Scope
from apps.centralcloud.insights.engine.rules import Kept

LABEL = 80
_PATTERNS = {
    "idiom": "idiom",
    "api_set": "set of calls",
    "api_order": "order of calls",
    "rule": "rule",
    "convention": "convention",
}
_PHRASES = {"pattern": "instances with {} code", "package": "instances with {} packages"}
EVERYBODY = "instances of the fleet"


@dataclass(frozen=True, slots=True)
class Reading:
    """The fleet, what is known of its facts in the same order, and places by database id."""

    fleet: Fleet
    shown: Sequence[ShownFact]
    places: Mapping[int, int]
    instances: Mapping[str, int]


def fleet_read() -> Reading:
    """All facts that may be shown, and the instances that have each or could have it."""
    shown = list(shown_facts())
    facts = [_fact(one) for one in shown]
    place_of = {one.id: place for place, one in enumerate(shown)}
    members = list(populations())
    names = sorted({name for _, name in members})
    instances = {name: place for place, name in enumerate(names)}
    having, who = _pairs(fact_holders(), place_of, instances)
    starts = np.searchsorted(having, np.arange(len(facts) + 1)).astype(np.int64)
    scopes = _scopes(members, facts, having, who, instances)
    return Reading(Fleet(names, facts, starts, who, scopes), shown, place_of, instances)


def kept_read(reading: Reading) -> Kept:
    """How often each instance keeps each shown rule."""
    columns = [array("q") for _ in range(4)]
    for fact, name, kept, applies in rule_counts():
        place, instance = reading.places.get(fact), reading.instances.get(name)
        if place is not None and instance is not None:
            for column, value in zip(columns, (place, instance, kept, applies), strict=True):
                column.append(value)
    facts, names, *counts = (np.frombuffer(one, dtype=np.int64) for one in columns)
    return Kept(facts.astype(np.int32), names.astype(np.int32), *counts)


def _fact(one: ShownFact) -> Fact:
    return Fact(
        subject=one.subject,
        key=one.key,
        scope=one.population,
        label=_label(one),
        package=one.package,
    )


def _label(one: ShownFact) -> str:
    """How sentences call it: a package by its name and ecosystem, a pattern by its kind."""
    if one.subject == "pattern":
        return _PATTERNS.get(one.kind, "pattern")
    if one.subject == "package":
        ecosystem, _, name = one.key.removeprefix("pkg:").partition("/")
        return f"{name} ({ecosystem})"[:LABEL]
    return one.label[:LABEL]


def _pairs(
    rows: Iterable[tuple[int, str]], places: Mapping[int, int], instances: Mapping[str, int]
) -> tuple[Indices, Indices]:
    """Facts and their instances, sorted by both."""
    facts, names = array("i"), array("i")
    for fact, name in rows:
        place, instance = places.get(fact), instances.get(name)
        if place is not None and instance is not None:
            facts.append(place)
            names.append(instance)
    having, who = np.frombuffer(facts, dtype=np.int32), np.frombuffer(names, dtype=np.int32)
    order = np.lexsort((who, having))
    return having[order], who[order]


def _scopes(
    members: Iterable[tuple[str, str]],
    facts: Sequence[Fact],
    having: Indices,
    who: Indices,
    instances: Mapping[str, int],
) -> dict[str, Scope]:
    """Populations as last counted, and whoever has a fact of theirs since."""
    found: dict[str, set[int]] = {fact.scope: set() for fact in facts}
    for name, instance in members:
        found.setdefault(name, set()).add(instances[instance])
    numbers = {name: number for number, name in enumerate(found)}
    scope_of: NDArray[Any] = np.array([numbers[fact.scope] for fact in facts], dtype=np.int32)
    for name, number in numbers.items():
        found[name].update(np.unique(who[scope_of[having] == number]).tolist())
    return {
        name: Scope(_phrase(name), np.array(sorted(places), dtype=np.int32))
        for name, places in found.items()
    }


def _phrase(population: str) -> str:
    subject, _, what = population.partition(":")
    return _PHRASES[subject].format(what[:LABEL]) if subject in _PHRASES else EVERYBODY
