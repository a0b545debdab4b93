"""Patterns out of call sets, call orders and rules."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence

from apps.shared.contracts.signatures import signature_of
from apps.singularity.patterns.engine.mined import (
    EXAMPLES_LIMIT,
    MinedPattern,
    PatternKind,
    Place,
)
from apps.singularity.patterns.engine.usage.breaks import functions_of
from apps.singularity.patterns.engine.usage.calls import Usage
from apps.singularity.patterns.engine.usage.closed import Frequent
from apps.singularity.patterns.engine.usage.orders import FrequentOrder
from apps.singularity.patterns.engine.usage.related import tells_of_library, without_implied
from apps.singularity.patterns.engine.usage.rule import Rule
from apps.singularity.patterns.engine.usage.statistics import SIGNIFICANCE, log_likelihood_ratio
from apps.singularity.patterns.engine.usage.thresholds import ORDER_SHARE, SET_TOLERANCE


def set_patterns(language: str, usage: Usage, found: Sequence[Frequent]) -> list[MinedPattern]:
    """Sets of calls that occur together more often than by chance."""
    scores = {f.items: _surprise(usage, f.items, f.tids, orders=1) for f in found}
    telling = [f for f in found if _tells(usage, f, scores[f.items], len(found))]
    patterns = []
    for one in _without_contained(telling):
        calls = sorted(usage.show(one.items))
        template = " + ".join(calls)
        occurrences, files, examples = _support(usage, one.tids)
        patterns.append(
            MinedPattern(
                kind=PatternKind.API_SET,
                language=language,
                signature=signature_of(PatternKind.API_SET, language, template),
                template=template,
                occurrences=occurrences,
                files=files,
                score=scores[one.items],
                details={"calls": calls},
                examples=examples,
            )
        )
    return patterns


def order_patterns(
    language: str, usage: Usage, found: Sequence[FrequentOrder]
) -> list[MinedPattern]:
    """Orders that most functions with these calls keep; ``confidence`` is the share that does."""
    patterns = []
    for one in found:
        score = _surprise(usage, one.items, one.tids, orders=math.factorial(len(one.items)))
        share = len(one.tids) / len(usage.with_all(one.items))
        if share < ORDER_SHARE or not _tells(usage, one, score, len(found)):
            continue
        calls = usage.show(one.items)
        template = " -> ".join(calls)
        occurrences, files, examples = _support(usage, one.tids)
        patterns.append(
            MinedPattern(
                kind=PatternKind.API_ORDER,
                language=language,
                signature=signature_of(PatternKind.API_ORDER, language, template),
                template=template,
                occurrences=occurrences,
                files=files,
                score=score,
                confidence=share,
                details={"calls": calls},
                examples=examples,
            )
        )
    return patterns


def rule_patterns(
    language: str, usage: Usage, rules: Iterable[tuple[Rule, Rule | None]]
) -> list[MinedPattern]:
    """Rules, with their reverse where it holds too; ``occurrences`` are functions that keep it."""
    patterns = []
    for rule, reverse in rules:
        occurrences, files, examples = _support(usage, functions_of(usage, rule).keeping)
        patterns.append(
            MinedPattern(
                kind=PatternKind.RULE,
                language=language,
                signature=rule_signature(language, rule),
                template=rule.sentence,
                occurrences=occurrences,
                files=files,
                score=rule.surprise,
                confidence=rule.confidence,
                details=rule.details | ({"reverse": reverse.details} if reverse else {}),
                examples=examples,
            )
        )
    return patterns


def rule_signature(language: str, rule: Rule) -> str:
    """The stable name of a rule."""
    return signature_of(PatternKind.RULE, language, rule.canonical)


def _support(usage: Usage, functions: Iterable[int]) -> tuple[int, int, tuple[Place, ...]]:
    """Number of functions, of files, and the first places."""
    ordered = sorted(functions)
    examples = tuple(usage.users[function].place for function in ordered[:EXAMPLES_LIMIT])
    return len(ordered), usage.files(ordered), examples


def _surprise(usage: Usage, items: Sequence[int], tids: Sequence[int], *, orders: int) -> float:
    """Dunning's G of a support, had the calls been made independently and in any order.

    What another of the calls presupposes anyhow does not count: its being there is no news.
    """
    telling = set(without_implied(usage.show(items)))
    shares = [usage.share(item) for item in items if usage.names[item] in telling]
    if len(shares) < 2:
        return 0.0
    return log_likelihood_ratio(len(tids), usage.functions, math.prod(shares) / orders)


def _tells(usage: Usage, found: Frequent | FrequentOrder, score: float, tests: int) -> bool:
    """Whether it is about a library, no copy within one file, and no chance.

    G follows a chi-squared distribution with one degree of freedom (Wilks 1938).
    """
    return (
        math.erfc(math.sqrt(score / 2)) * tests < SIGNIFICANCE
        and tells_of_library(usage.show(found.items))
        and usage.is_habit(found.tids)
    )


def _without_contained(found: Sequence[Frequent]) -> list[Frequent]:
    """Sets without those that a larger one stands for in nearly as many functions.

    So 20 x {a, b, c} stands for 21 x {a, b} too (tolerance in closedness: Cheng, Ke and Ng 2006).
    """
    holders: dict[int, list[Frequent]] = defaultdict(list)
    kept = []
    for one in sorted(found, key=lambda f: (-len(f.items), f.items)):
        rarest = max(one.items)  # items are numbered by frequency
        if not any(
            set(one.items) <= set(other.items) and len(other.tids) >= SET_TOLERANCE * len(one.tids)
            for other in holders[rarest]
        ):
            kept.append(one)
            for item in one.items:
                holders[item].append(one)
    return kept
