"""Order rules: of the functions that call both, X comes before Y."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence

from apps.singularity.patterns.engine.usage.calls import Usage
from apps.singularity.patterns.engine.usage.related import derives_from, owner, same_owner
from apps.singularity.patterns.engine.usage.rule import Rule
from apps.singularity.patterns.engine.usage.statistics import SIGNIFICANCE, binomial_log_p
from apps.singularity.patterns.engine.usage.thresholds import ORDER_CONFIDENCE


def order_rules(usage: Usage, support: int) -> list[Rule]:
    """Calls of one module, or on one value, in an order that is no throw of a coin.

    A function keeps ``X before Y`` if its first X comes before its first Y, and breaks it if all
    of its Y come before all of its X. Others tell nothing: those that take turns, and those that
    may mean different values by X and Y.
    """
    rules = []
    pairs = list(_pairs(usage, support))
    for first, second in pairs:
        keeping, breaking = keeping_order(usage, first, second)
        holds, applies = len(keeping), len(keeping) + len(breaking)
        if holds < support or holds < ORDER_CONFIDENCE * applies or not usage.is_habit(keeping):
            continue
        log_p = binomial_log_p(holds, applies)
        if log_p + math.log(len(pairs)) < math.log(SIGNIFICANCE):
            name, other = usage.show((first, second))
            test_holds = usage.tests(keeping)
            rules.append(
                Rule(
                    antecedent=(name,),
                    consequent=other,
                    holds=holds,
                    applies=applies,
                    functions=usage.functions,
                    expected=0.5,
                    in_order=True,
                    test_holds=test_holds,
                    test_applies=test_holds + usage.tests(breaking),
                )
            )
    return rules


def keeping_order(usage: Usage, first: int, second: int) -> tuple[list[int], list[int]]:
    """Functions that keep and that break ``first before second``."""
    keeping, breaking = [], []
    name = usage.names[first]
    for function in sorted(usage.callers[first] & usage.callers[second]):
        order = usage.orders[function]
        if not on_one_value([call.name for call in usage.users[function].calls], name):
            continue
        if order.index(first) < order.index(second):
            keeping.append(function)
        elif _last(order, second) < order.index(first):
            breaking.append(function)
    return keeping, breaking


def on_one_value(calls: Sequence[str], name: str) -> bool:
    """Whether a method's calls can only be on one value, made by one call at most."""
    return calls.count(owner(name).removesuffix("()")) <= 1


def _last(order: tuple[int, ...], item: int) -> int:
    return len(order) - 1 - order[::-1].index(item)


def _pairs(usage: Usage, support: int) -> Iterator[tuple[int, int]]:
    """Calls of one owner that occur together, neither on what the other returned."""
    for item, name in enumerate(usage.names):
        counts = Counter(other for f in usage.callers[item] for other in usage.sets[f])
        for other in sorted(counts):
            known = usage.names[other]
            if (
                other != item
                and counts[other] >= support
                and same_owner(name, known)
                and not derives_from(name, known)
                and not derives_from(known, name)
            ):
                yield item, other
