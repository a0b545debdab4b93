"""Rules that the fleet keeps and one instance breaks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apps.centralcloud.insights.engine.fleet import Fleet, Indices
from apps.centralcloud.insights.engine.insight import (
    Evidence,
    Insight,
    in_words,
    percent,
    score_of,
)
from apps.centralcloud.insights.engine.statistics import (
    Floats,
    binomial_log_lower_tail,
    log_factorials,
    log_threshold,
    wilson_lower,
    wilson_upper,
)

LEAST = 3
"""Instances that have a rule, at least, the one that breaks it among them."""
WEIGHT = 30
"""Places that one instance counts for at most."""
KEPT = 0.8
"""The fleet keeps a rule where the lower bound of its share is at least this."""
FALSE_RATE = 0.05
PLACES = 10_000
"""Places that a test counts at most, at the same share: more decide no differently."""
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Kept:
    """How often each instance keeps each rule, one row a pair, sorted by fact.

    ``kept`` of ``applies`` places; facts and instances as places in the fleet.
    """

    fact: Indices
    instance: Indices
    kept: Counts
    applies: Counts


@dataclass(frozen=True, slots=True)
class _Others:
    """The same rule at all other instances, for each row."""

    instances: Counts
    kept: Counts
    applies: Counts
    share: Floats
    confidence: Floats


def rules_broken(fleet: Fleet, rows: Kept, *, least: int = LEAST) -> list[list[Insight]]:
    """For each instance the rules that all others keep and it does not, best first.

    What the others keep: with k of n places at an instance and w = min(n, ``WEIGHT``), the
    Wilson lower bound of sum(w k / n) of sum(w), so that no large instance speaks for all. It
    breaks the rule where the upper bound of its own k of n is below that, and a binomial test
    against it passes at a false discovery rate of ``FALSE_RATE`` over all rules and instances.
    """
    others = _others(rows, len(fleet.facts))
    applies = np.minimum(rows.applies, PLACES)
    kept = np.rint(rows.kept * (applies / np.maximum(rows.applies, 1))).astype(np.int64)
    upper = wilson_upper(kept, applies)
    tested = (others.instances >= least - 1) & (others.confidence >= KEPT)
    table = log_factorials(int(applies.max(initial=0)))
    share = np.clip(others.confidence, 1e-9, 1 - 1e-9)
    log_p = binomial_log_lower_tail(kept, applies, share, table)
    broken = tested & (upper < others.confidence)
    limit = log_threshold(log_p[broken], int(tested.sum()), FALSE_RATE)
    found: list[list[Insight]] = [[] for _ in fleet.instances]
    for row in np.flatnonzero(broken & (log_p <= limit)).tolist():
        found[int(rows.instance[row])].append(_insight(fleet, rows, others, row, float(upper[row])))
    for insights in found:
        insights.sort(key=lambda one: (-one.score, one.fact))
    return found


def _others(rows: Kept, facts: int) -> _Others:
    weight = np.minimum(rows.applies, WEIGHT).astype(float)
    kept_weight = weight * rows.kept / np.maximum(rows.applies, 1)

    def elsewhere(values: Floats) -> Floats:
        return np.bincount(rows.fact, values, minlength=facts)[rows.fact] - values

    kept, whole = elsewhere(kept_weight), elsewhere(weight)
    return _Others(
        instances=elsewhere(np.ones(len(rows.fact))).astype(np.int64),
        kept=elsewhere(rows.kept.astype(float)).astype(np.int64),
        applies=elsewhere(rows.applies.astype(float)).astype(np.int64),
        share=np.clip(kept / np.maximum(whole, 1e-9), 0, 1),
        confidence=wilson_lower(np.clip(kept, 0, whole), whole),
    )


def _insight(fleet: Fleet, rows: Kept, others: _Others, row: int, upper: float) -> Insight:
    fact = int(rows.fact[row])
    here, here_of = int(rows.kept[row]), int(rows.applies[row])
    share, confidence = float(others.share[row]), float(others.confidence[row])
    among = in_words(int(others.instances[row]), "other instance")
    return Insight(
        kind="rule_broken",
        fact=fact,
        reason=(
            f"{among} with this {fleet.facts[fact].label} keep it in {percent(share)} of places; "
            f"this instance does in {here:,} of {here_of:,}, {percent(here / here_of)}."
        ),
        score=score_of(confidence, confidence / max(upper, 1e-9)),
        evidence=Evidence(
            having=int(others.kept[row]),
            of=int(others.applies[row]),
            share=share,
            confidence=confidence,
            among=f"places at {among}",
            here=here,
            here_of=here_of,
        ),
    )
