"""Rules that say nothing beyond others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from apps.singularity.patterns.engine.usage.related import derives_from
from apps.singularity.patterns.engine.usage.rule import Rule


def without_redundant(rules: Sequence[Rule]) -> list[Rule]:
    """Rules that no other rule makes needless.

    ``X().m -> Y`` goes where ``X -> Y`` is as confident, as every caller of ``X().m`` calls X;
    ``X -> Y`` goes where ``X -> Y().m`` holds as often, which contains it.
    """
    by_consequent: dict[str, list[Rule]] = defaultdict(list)
    by_antecedent: dict[tuple[str, ...], list[Rule]] = defaultdict(list)
    for rule in rules:
        by_consequent[rule.consequent].append(rule)
        by_antecedent[rule.antecedent].append(rule)
    return [
        rule
        for rule in rules
        if not any(_wider(other, rule) for other in by_consequent[rule.consequent])
        and not any(_fuller(other, rule) for other in by_antecedent[rule.antecedent])
    ]


def _wider(other: Rule, rule: Rule) -> bool:
    """Whether ``other`` says the same of more functions, its antecedent being presupposed."""
    return (
        other is not rule
        and len(other.antecedent) == len(rule.antecedent)
        and other.confidence >= rule.confidence
        and all(
            one == name or derives_from(name, one)
            for one, name in zip(other.antecedent, rule.antecedent, strict=True)
        )
    )


def _fuller(other: Rule, rule: Rule) -> bool:
    return derives_from(other.consequent, rule.consequent) and other.holds >= rule.holds


def both_ways(rules: Sequence[Rule]) -> list[tuple[Rule, Rule | None]]:
    """Each rule with its reverse; of two the more confident stands for both."""
    simple = {(rule.antecedent, rule.consequent): rule for rule in rules if not rule.in_order}
    merged: list[tuple[Rule, Rule | None]] = []
    for rule in rules:
        reverse = simple.get(((rule.consequent,), rule.antecedent[0]))
        if reverse is None or rule.in_order or len(rule.antecedent) > 1:
            merged.append((rule, None))
        elif _rank(rule) > _rank(reverse):
            merged.append((rule, reverse))
    return merged


def _rank(rule: Rule) -> tuple[float, int, str]:
    return (rule.confidence, rule.holds, rule.canonical)
