"""Packages and frameworks that stand in several versions over the fleet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from math import log2

from apps.centralcloud.insights.engine.fleet import Fleet
from apps.centralcloud.insights.engine.insight import Evidence, Insight, in_words, score_of
from apps.centralcloud.insights.engine.statistics import wilson_lower

LEAST = 3
"""Instances whose version is known, at least."""
NAMED_LIMIT = 40
OTHER = "other"
"""What versions that may not be named are counted under."""

Standing = Mapping[int, Sequence[str]]
"""The versions of one package at each instance that is known to have any."""


@dataclass(frozen=True, slots=True)
class Spread:
    """One package over the fleet: how many instances have each version.

    ``named`` are those that may be told. ``apart`` instances have another than the commonest.
    """

    fact: int
    counts: Counter[str]
    named: Mapping[str, int]
    instances: int
    apart: int
    commonest: str

    @property
    def confidence(self) -> float:
        """The lower bound of the share of instances that stand apart."""
        return float(wilson_lower(self.apart, self.instances))

    @property
    def bits(self) -> float:
        """Shannon's entropy of the versions."""
        whole = sum(self.counts.values())
        return -sum(count / whole * log2(count / whole) for count in self.counts.values())


def spread_of(fact: int, standing: Standing, *, shown: Container[str]) -> Spread | None:
    """How a package spreads; None where its instances agree, or too few are known.

    Only ``shown`` versions are named.
    """
    counts = Counter(version for versions in standing.values() for version in set(versions))
    if len(standing) < LEAST or len(counts) < 2:
        return None
    commonest = min(counts, key=lambda version: (-counts[version], version))
    apart = sum(commonest not in versions for versions in standing.values())
    if not apart:
        return None
    named = dict(
        sorted(
            ((version, count) for version, count in counts.items() if version in shown),
            key=lambda pair: (-pair[1], pair[0]),
        )[:NAMED_LIMIT]
    )
    rest = sum(counts.values()) - sum(named.values())
    return Spread(
        fact, counts, named | ({OTHER: rest} if rest else {}), len(standing), apart,
        commonest if commonest in named else "",
    )  # fmt: skip


def spread_insight(fleet: Fleet, spread: Spread) -> Insight:
    """What all are told of a spread."""
    return Insight(
        kind="version_spread",
        fact=spread.fact,
        reason=_sentence(fleet, spread) + ".",
        score=score_of(spread.confidence, 2**spread.bits),
        evidence=_evidence(spread),
    )


def own_insight(fleet: Fleet, spread: Spread, versions: Sequence[str]) -> Insight:
    """What an instance is told of a spread that it is part of; its own version is the lift."""
    same = max(spread.counts[version] for version in versions)
    own = ", ".join(sorted(set(versions))[:3])
    others = f"have {same - 1:,}" if same > 2 else f"has {'one' if same == 2 else 'none'}"
    return Insight(
        kind="version_spread",
        fact=spread.fact,
        reason=f"{_sentence(fleet, spread)}; this instance has {own}, as {others} of the others.",
        score=score_of(spread.confidence, spread.instances / same),
        evidence=_evidence(spread, here=same, here_of=spread.instances),
    )


def _sentence(fleet: Fleet, spread: Spread) -> str:
    whole = in_words(spread.instances, "instance")
    count = in_words(len(spread.counts), "version")
    most = f", {spread.commonest} the commonest" if spread.commonest else ""
    return f"{whole} have {fleet.facts[spread.fact].label} in {count}{most}"


def _evidence(spread: Spread, *, here: int = 0, here_of: int = 0) -> Evidence:
    return Evidence(
        having=spread.apart,
        of=spread.instances,
        share=spread.apart / spread.instances,
        confidence=spread.confidence,
        among="instances whose version is known",
        here=here,
        here_of=here_of,
        versions=spread.named,
    )
