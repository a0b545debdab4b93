"""How functions use libraries: calls that occur together, their order, and rules that they keep."""

from apps.singularity.patterns.engine.usage.miner import UsageMiner
from apps.singularity.patterns.engine.usage.rule import Rule

__all__ = ["Rule", "UsageMiner"]
