"""How sure a detection is: noisy-or over the kinds of its evidence.

confidence = 1 - product over kinds of (1 - weight), where a kind counts once, with the weight of
its strongest piece (Pearl, "Probabilistic Reasoning in Intelligent Systems", 1988, section 4.3.2).
The weights are judged, not fitted: what two people would say of one such piece alone. What they do
together is measured by benchmarks/framework_quality.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import prod

from apps.singularity.patterns.engine.frameworks.model import EvidenceKind

THRESHOLD = 0.5
"""Below it nothing is reported."""

DECLARED = {"optional": 0.6, "peer": 0.6, "workspace": 0.7, "indirect": 0.0}
DECLARED_FULLY = 0.8
UNUSED = 0.8
"""Factor of a declaration whose modules no file imports, where imports show the use."""
UNUSED_FROZEN = 0.6
"""The same where the manifest pins all that was installed, asked for or brought along."""
IMPORTED = 0.75
IMPORTED_UNDECLARED = 0.6
"""An import that the code base's own manifests do not account for."""
IMPORTED_MAYBE = 0.4
"""The same inside a function or for types only: support of what may be there."""
LOCKED = 0.2
FILE = 0.7
CONTENT = 0.8
OWN = 0.95
OWN_BY_IMPORTS = 0.6
IMPLIED = 0.9
"""Factor of the confidence in the framework that implies another."""


def declared_weight(scope: str, *, unused: bool, frozen: bool) -> float:
    """The weight of a direct declaration; an indirect one says nothing."""
    factor = (UNUSED_FROZEN if frozen else UNUSED) if unused else 1
    return DECLARED.get(scope, DECLARED_FULLY) * factor


def combined(weights: Iterable[tuple[EvidenceKind, float]]) -> float:
    """The confidence (0 to 1, three decimals) of weighted evidence.

    A lock file holds all that anything needs: it only strengthens what else there is.
    """
    strongest: dict[EvidenceKind, float] = {}
    for kind, weight in weights:
        strongest[kind] = max(weight, strongest.get(kind, 0.0))
    if not any(weight for kind, weight in strongest.items() if kind != EvidenceKind.LOCKED):
        return 0.0
    return round(1 - prod(1 - weight for weight in strongest.values()), 3)
