"""Conventions: what a code base does one way rather than another, as counts and not as opinions."""

from apps.singularity.patterns.engine.conventions.measure import measure
from apps.singularity.patterns.engine.conventions.miner import ConventionMiner

__all__ = ["ConventionMiner", "measure"]
