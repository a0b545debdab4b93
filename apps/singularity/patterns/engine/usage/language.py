"""Mining the usage of one language."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from apps.singularity.patterns.engine.mined import Mined
from apps.singularity.patterns.engine.usage.calls import Usage, User, usage_of
from apps.singularity.patterns.engine.usage.closed import TooMuchWork, closed_itemsets
from apps.singularity.patterns.engine.usage.findings import findings_of
from apps.singularity.patterns.engine.usage.orders import closed_orders
from apps.singularity.patterns.engine.usage.patterns import (
    order_patterns,
    rule_patterns,
    set_patterns,
)
from apps.singularity.patterns.engine.usage.precedence import order_rules
from apps.singularity.patterns.engine.usage.redundant import both_ways, without_redundant
from apps.singularity.patterns.engine.usage.related import tells_of_library
from apps.singularity.patterns.engine.usage.rules import rules_of
from apps.singularity.patterns.engine.usage.thresholds import WORK, least_support

T = TypeVar("T")


def mine_language(language: str, users: Sequence[User], *, functions: int, files: int) -> Mined:
    """Sets, orders, rules and their breaks; the arguments are those of `usage_of`."""
    support = least_support(functions)
    usage = usage_of(users, support, functions=functions, files=files)
    if not usage.names:
        return Mined()
    firsts = [tuple(dict.fromkeys(order)) for order in usage.orders]
    sets = _within_budget(
        usage, support, lambda s, w: closed_itemsets(usage.sets, support=s, work=w)
    )
    orders = _within_budget(usage, support, lambda s, w: closed_orders(firsts, support=s, work=w))
    rules = [*without_redundant(rules_of(usage, sets, support)), *order_rules(usage, support)]
    merged = both_ways([r for r in rules if tells_of_library([*r.antecedent, r.consequent])])
    patterns = [
        *set_patterns(language, usage, sets),
        *order_patterns(language, usage, orders),
        *rule_patterns(language, usage, merged),
    ]
    return Mined(tuple(patterns), findings_of(language, usage, merged))


def _within_budget(usage: Usage, support: int, mine: Callable[[int, int], list[T]]) -> list[T]:
    """What ``mine`` finds at the least support, or at a doubled one if that is too much work.

    So the time is linear in the size of the code, whatever is in it.
    """
    work = WORK * sum(map(len, usage.orders)) + 10_000
    while True:
        try:
            return mine(support, work)
        except TooMuchWork:
            support *= 2
