"""Weighs what speaks for and against each pattern.

Confidence is the logistic function of the log-odds: ``PRIOR`` (without evidence a pattern is
thought there in one of 20 code bases) plus the weights of all indicators that are met, less those
of all that speak against. It is 0 where a required group is not met. This is naive Bayes with
weights that people write: Good, "Weight of evidence: a brief survey", 1985.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from apps.singularity.patterns.engine.architecture.detection.definition import (
    Definition,
    Indicator,
)
from apps.singularity.patterns.engine.architecture.detection.evidence import Evidence

PRIOR = -3.0
REPORTED = 0.5
"""Detections below this confidence are not reported."""
PLACES = 10
"""Places shown of one indicator."""


@dataclass(frozen=True, slots=True)
class IndicatorHit:
    """An indicator that was met, with paths where."""

    text: str
    where: tuple[str, ...]
    weight: float


@dataclass(frozen=True, slots=True)
class IndicatorMiss:
    """An indicator that was not met."""

    text: str
    weight: float


@dataclass(frozen=True, slots=True)
class Detection:
    """A pattern with what speaks for it (``met``), what is missing, and what speaks against it."""

    key: str
    name: str
    description: str
    source: str
    signature: str
    confidence: float
    met: tuple[IndicatorHit, ...]
    missed: tuple[IndicatorMiss, ...]
    against: tuple[IndicatorHit, ...]


def detect(
    definitions: Iterable[Definition], evidence: Evidence, *, threshold: float = REPORTED
) -> tuple[Detection, ...]:
    """The patterns of at least ``threshold`` confidence, the surest first."""
    found = (_weigh(definition, evidence) for definition in definitions)
    reported = [detection for detection in found if detection.confidence >= threshold]
    return tuple(sorted(reported, key=lambda detection: (-detection.confidence, detection.key)))


def _weigh(definition: Definition, evidence: Evidence) -> Detection:
    met = _met(definition.indicators, evidence)
    against = _met(definition.against, evidence)
    missed = (i for name, i in definition.indicators.items() if name not in met)
    return Detection(
        key=definition.key,
        name=definition.name,
        description=definition.description,
        source=definition.source,
        signature=definition.signature,
        confidence=_confidence(definition, met, against),
        met=_heaviest(met.values()),
        missed=tuple(IndicatorMiss(indicator.text, indicator.weight) for indicator in missed),
        against=_heaviest(against.values()),
    )


def _met(indicators: Mapping[str, Indicator], evidence: Evidence) -> dict[str, IndicatorHit]:
    met = {}
    for name, indicator in indicators.items():
        where = indicator.kinds[0].places(evidence)
        if where is not None:
            shown = tuple(sorted(set(where))[:PLACES])
            met[name] = IndicatorHit(indicator.text, shown, indicator.weight)
    return met


def _heaviest(hits: Iterable[IndicatorHit]) -> tuple[IndicatorHit, ...]:
    return tuple(sorted(hits, key=lambda hit: (-hit.weight, hit.text)))


def _confidence(
    definition: Definition, met: Mapping[str, IndicatorHit], against: Mapping[str, IndicatorHit]
) -> float:
    for group in definition.required:
        if not met.keys() >= set(group.all) or (group.any and met.keys().isdisjoint(group.any)):
            return 0.0
    speaking_for = math.fsum(hit.weight for hit in met.values())
    odds = PRIOR + speaking_for - math.fsum(hit.weight for hit in against.values())
    return round(1 / (1 + math.exp(-odds)), 4)
