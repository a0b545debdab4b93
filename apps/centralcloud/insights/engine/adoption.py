"""What instances like this one have and this one has not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappush, heappushpop
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apps.centralcloud.insights.engine.association import Pairs, associated
from apps.centralcloud.insights.engine.contexts import Context, contexts_of
from apps.centralcloud.insights.engine.fleet import (
    Fact,
    Fleet,
    Scope,
    bits,
    places,
)
from apps.centralcloud.insights.engine.insight import Evidence, Insight, score_of
from apps.centralcloud.insights.engine.redundancy import said_once
from apps.centralcloud.insights.engine.statistics import wilson_lower

LEAST = 3
"""Instances that a context has at least."""
CERTAIN = 0.6
"""A fact is told to all of its scope where the lower bound of its share is above this.

Clearly more than half: a fact that half of 50 instances have by chance gets there once in 2,000.
"""
SMALL = 12
"""Of fewer instances no majority is that certain: there, all but one must have it."""
KEPT = 3
"""Candidates kept for each recommendation, since some say the same as a better one."""


@dataclass(frozen=True, slots=True)
class Adopted:
    """A fact as a context has it: ``having`` of ``of``, the lower bound, and the score."""

    fact: int
    context: Context
    having: int
    of: int
    confidence: float
    score: float


Heap = list[tuple[float, int, Adopted]]


def adoptions(fleet: Fleet, *, least: int = LEAST, limit: int = 100) -> list[list[Adopted]]:
    """For each instance what it could adopt, the best ``KEPT * limit``, best first.

    Of the contexts that a fact goes with, an instance is told the one of the highest lower bound
    among those that it is part of.
    """
    heaps: list[Heap] = [[] for _ in fleet.instances]
    size = len(fleet.instances)
    for fact, options in _options(fleet, least):
        missing = bits(fleet.scopes[fleet.facts[fact].scope].members, size)
        missing &= ~bits(fleet.having(fact), size)
        for option in options:
            for place in places(missing & option.context.marks):
                _offer(heaps[place], option, KEPT * limit)
            missing &= ~option.context.marks
            if not missing:
                break
    return [[entry[2] for entry in sorted(heap, reverse=True)] for heap in heaps]


def recommended(
    fleet: Fleet, adopted: Sequence[Adopted], contents: Mapping[int, frozenset[int]], limit: int
) -> list[Insight]:
    """The best ``limit`` of them that say different things, best first."""
    ordered = sorted(adopted, key=lambda one: (-one.score, -len(contents[one.fact]), one.fact))
    kept = said_once([contents[one.fact] for one in ordered], limit)
    return [_insight(fleet.facts[ordered[place].fact], ordered[place]) for place in kept]


def _offer(heap: Heap, option: Adopted, most: int) -> None:
    entry = (option.score, -option.fact, option)
    if len(heap) < most:
        heappush(heap, entry)
    else:
        heappushpop(heap, entry)


def _options(fleet: Fleet, least: int) -> Iterator[tuple[int, list[Adopted]]]:
    """Each fact that somebody could be told, with its contexts, best first."""
    contexts = contexts_of(fleet, least)
    pairs = associated(fleet, contexts, least)
    order = np.argsort(pairs.fact, kind="stable")
    ends = np.searchsorted(pairs.fact[order], np.arange(len(fleet.facts) + 1))
    for place in range(len(fleet.facts)):
        chosen = order[ends[place] : ends[place + 1]]
        options = [
            *_associated(fleet, contexts, pairs, chosen),
            *_wide(fleet, place, contexts, least),
        ]
        if options:
            options.sort(key=lambda one: (-one.confidence, -one.score, one.context.rank))
            yield place, options


def _associated(
    fleet: Fleet, contexts: list[Context], pairs: Pairs, chosen: NDArray[np.integer[Any]]
) -> Iterator[Adopted]:
    """A fact in the contexts that it goes with, but for those that are the fact itself."""
    bounds = wilson_lower(pairs.having[chosen], pairs.of[chosen])
    for place, bound in zip(chosen.tolist(), bounds.tolist(), strict=True):
        fact, context = int(pairs.fact[place]), contexts[int(pairs.context[place])]
        if _is_itself(context, fleet.facts[fact]):
            continue
        having, of = int(pairs.having[place]), int(pairs.of[place])
        scope = fleet.scopes[fleet.facts[fact].scope]
        lift = having / of * len(scope.members) / len(fleet.having(fact))
        yield Adopted(fact, context, having, of, bound, score_of(bound, lift))


def _is_itself(context: Context, fact: Fact) -> bool:
    return bool(fact.package) and context.package == fact.package


def _wide(fleet: Fleet, place: int, contexts: list[Context], least: int) -> Iterator[Adopted]:
    """A fact that nearly all have which could: no context was chosen, so nothing is tested."""
    fact = fleet.facts[place]
    scope = fleet.scopes[fact.scope]
    having, of = len(fleet.having(place)), len(scope.members)
    bound = float(wilson_lower(having, of))
    certain = bound > CERTAIN or (of < SMALL and having == of - 1)
    if of >= least and having < of and certain:
        context = _context(scope, [one for one in contexts if not _is_itself(one, fact)], fleet)
        yield Adopted(place, context, having, of, bound, score_of(bound, 1.0))


def _context(scope: Scope, contexts: list[Context], fleet: Fleet) -> Context:
    """A scope as a context, named by what says most of the very same instances."""
    marks = bits(scope.members, len(fleet.instances))
    return next((one for one in contexts if one.marks == marks), Context(scope.phrase, marks, 2))


_SENTENCES = {
    "framework": ("use {}", "does"),
    "package": ("declare {}", "does"),
    "architecture": ("are built as {}", "is"),
    "pattern": ("have this {}", "does"),
}


def _insight(fact: Fact, one: Adopted) -> Insight:
    verb, own = _SENTENCES[fact.subject]
    who = f"{one.having:,} of the {one.of:,} {one.context.phrase}"
    return Insight(
        kind="adopt",
        fact=one.fact,
        reason=f"{who} {verb.format(fact.label)}; this instance {own} not.",
        score=one.score,
        evidence=Evidence(
            having=one.having,
            of=one.of,
            share=one.having / one.of,
            confidence=one.confidence,
            among=one.context.phrase,
        ),
    )
