"""Association rules between calls: who calls X also calls Y, and X comes before Y.

Support, confidence and lift as in Agrawal and Srikant 1994. A rule must not be chance (Fisher's
exact test, Bonferroni), and one with two calls in front must be better than with either of them
alone (productive, Webb 2007, "Discovering significant patterns").
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import combinations, pairwise

from apps.singularity.patterns.engine.usage.calls import Usage, User
from apps.singularity.patterns.engine.usage.closed import Frequent
from apps.singularity.patterns.engine.usage.related import derives_from
from apps.singularity.patterns.engine.usage.rule import Rule
from apps.singularity.patterns.engine.usage.statistics import SIGNIFICANCE, fisher_log_p
from apps.singularity.patterns.engine.usage.thresholds import RULE_CONFIDENCE

_LONGEST_SET = 6  # calls of a closed set whose rules with two calls in front are looked at


def rules_of(usage: Usage, closed: Iterable[Frequent], support: int) -> list[Rule]:
    """Significant rules with one call in front, and productive ones with two."""
    single = list(_single(usage, support))
    strong = {(rule.antecedent, rule.consequent) for rule in single}
    return single + [rule for rule in _double(usage, closed, support) if _is_new(rule, strong)]


def _is_new(rule: Rule, strong: set[tuple[tuple[str, ...], str]]) -> bool:
    """Whether no part of the rule's antecedent makes a rule already."""
    return not any(((name,), rule.consequent) in strong for name in rule.antecedent)


def followers(usage: Usage, antecedent: tuple[int, ...], consequent: int) -> frozenset[int]:
    """Functions that a rule applies to.

    Where the consequent is a call on what the antecedent returned, only those count that have to
    look after it by themselves: a file opened by ``with`` needs no ``close``.
    """
    target = usage.names[consequent]
    bases = [
        usage.responsible[item] if derives_from(target, usage.names[item]) else usage.callers[item]
        for item in antecedent
    ]
    first, *others = sorted(bases, key=len)
    return first.intersection(*others)


def _single(usage: Usage, support: int) -> Iterator[Rule]:
    """Rules X -> Y."""
    tests = 0
    candidates = []
    for item in range(len(usage.names)):
        counts = Counter(other for f in usage.callers[item] for other in usage.sets[f])
        frequent = [other for other, count in counts.items() if count >= support]
        tests += len(frequent) - 1
        for other in sorted(frequent):
            rule = _rule(usage, (item,), other, support)
            if rule:
                candidates.append((rule, other))
    for rule, other in candidates:
        if _is_significant(usage, rule, other, tests):
            yield rule


def _rule(usage: Usage, antecedent: tuple[int, ...], consequent: int, support: int) -> Rule | None:
    """The rule if it is frequent, confident and not true by its names alone."""
    names = usage.names
    if consequent in antecedent or any(
        derives_from(names[item], names[consequent]) for item in antecedent
    ):
        return None
    applies = followers(usage, antecedent, consequent)
    keeping = applies & usage.callers[consequent]
    holds = len(keeping)
    if holds < support or holds < RULE_CONFIDENCE * len(applies) or not usage.is_habit(keeping):
        return None
    return Rule(
        antecedent=tuple(sorted(usage.show(antecedent))),
        consequent=names[consequent],
        holds=holds,
        applies=len(applies),
        functions=usage.functions,
        expected=usage.share(consequent),
        test_holds=usage.tests(keeping),
        test_applies=usage.tests(applies),
        chained=sum(_chains(usage.users[f], names[consequent]) for f in keeping),
    )


def _chains(user: User, consequent: str) -> bool:
    """Whether a call comes right after the one on whose result it is, on its line or the next.

    What has to be released is used in between.
    """
    return any(
        call.name == consequent
        and derives_from(consequent, before.name)
        and call.line - before.line <= 1
        for before, call in pairwise(user.calls)
    )


def _is_significant(usage: Usage, rule: Rule, consequent: int, tests: int) -> bool:
    """Whether chance would do as well in fewer than one run of twenty."""
    log_p = fisher_log_p(rule.holds, rule.applies, len(usage.callers[consequent]), usage.functions)
    return log_p + math.log(max(1, tests)) < math.log(SIGNIFICANCE)


def _double(usage: Usage, closed: Iterable[Frequent], support: int) -> Iterator[Rule]:
    """Rules X & Y -> Z out of closed sets; each better than X -> Z and Y -> Z."""
    triples = sorted(
        {
            triple
            for found in closed
            if 3 <= len(found.items) <= _LONGEST_SET
            for triple in combinations(found.items, 3)
        }
    )
    tests = 9 * len(triples)
    for triple in triples:
        for consequent in triple:
            antecedent = tuple(item for item in triple if item != consequent)
            one, other = usage.show(antecedent)
            if derives_from(one, other) or derives_from(other, one):
                continue
            rule = _rule(usage, antecedent, consequent, support)
            if rule and _is_productive(usage, rule, antecedent, consequent, tests):
                yield rule


def _is_productive(
    usage: Usage, rule: Rule, antecedent: tuple[int, ...], consequent: int, tests: int
) -> bool:
    """Whether both calls together predict the third better than each alone does."""
    if not _is_significant(usage, rule, consequent, tests):
        return False
    for item in antecedent:
        applies = followers(usage, (item,), consequent)
        holds = len(applies & usage.callers[consequent])
        log_p = fisher_log_p(rule.holds, rule.applies, holds, len(applies))
        if log_p + math.log(max(1, tests)) >= math.log(SIGNIFICANCE):
            return False
    return True
