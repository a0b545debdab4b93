"""Which functions a rule applies to, which keep it, and which break it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from apps.singularity.patterns.engine.usage.calls import Usage, User
from apps.singularity.patterns.engine.usage.precedence import keeping_order, on_one_value
from apps.singularity.patterns.engine.usage.related import derives_from
from apps.singularity.patterns.engine.usage.rule import Rule
from apps.singularity.patterns.engine.usage.rules import followers


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


def breaks(user: User, rule: Rule) -> bool:
    """Whether one function breaks a rule: what `functions_of` tells of all, by names alone."""
    calls = [call.name for call in user.calls]
    if rule.in_order:
        return _breaks_order(calls, rule.antecedent[0], rule.consequent)
    unmanaged = {call.name for call in user.calls if not call.managed}
    return rule.consequent not in calls and all(
        name in (unmanaged if derives_from(rule.consequent, name) else calls)
        for name in rule.antecedent
    )


def _breaks_order(calls: Sequence[str], first: str, second: str) -> bool:
    if first not in calls or second not in calls:
        return False
    last_second = len(calls) - 1 - calls[::-1].index(second)
    return on_one_value(calls, first) and last_second < calls.index(first)
