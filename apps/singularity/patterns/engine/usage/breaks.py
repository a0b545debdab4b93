"""Which functions a rule applies to, which keep it, and which break it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from apps.singularity.patterns.engine.usage.calls import Usage
from apps.singularity.patterns.engine.usage.precedence import keeping_order
from apps.singularity.patterns.engine.usage.rules import Rule, followers


@dataclass(frozen=True, slots=True)
class Functions:
    """Functions that a rule applies to, ascending."""

    keeping: Sequence[int]
    breaking: Sequence[int]


def functions_of(usage: Usage, rule: Rule) -> Functions:
    """Those that keep the rule and those that do not."""
    antecedent = tuple(usage.number[name] for name in rule.antecedent)
    consequent = usage.number[rule.consequent]
    if rule.in_order:
        return Functions(*keeping_order(usage, antecedent[0], consequent))
    applies = followers(usage, antecedent, consequent)
    callers = usage.callers[consequent]
    return Functions(sorted(applies & callers), sorted(applies - callers))
