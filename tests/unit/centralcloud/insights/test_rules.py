"""A rule that the fleet keeps and one instance breaks."""

from __future__ import annotations

import numpy as np
import pytest

from apps.centralcloud.insights.engine.fleet import Fact, Fleet, Scope
from apps.centralcloud.insights.engine.insight import Insight
from apps.centralcloud.insights.engine.rules import Kept, rules_broken
from apps.centralcloud.insights.engine.statistics import wilson_lower

Rows = list[tuple[int, int, int, int]]


def broken(rows: Rows, *, instances: int = 0, facts: int = 1) -> dict[int, list[Insight]]:
    """Insights by instance, of rows of rule, instance, kept, applies."""
    columns = np.array(rows, dtype=np.int64).reshape(-1, 4).T
    number = instances or max((row[1] for row in rows), default=0) + 1
    everybody = np.arange(number, dtype=np.int32)
    whole = Fleet(
        instances=[f"{one:04}" for one in range(number)],
        facts=[Fact("pattern", f"r{one:04}", "any", "rule") for one in range(facts)],
        starts=np.arange(facts + 1, dtype=np.int64) * number,
        holders=np.tile(everybody, facts),
        scopes={"any": Scope("instances of the fleet", everybody)},
    )
    kept = Kept(columns[0].astype(np.int32), columns[1].astype(np.int32), columns[2], columns[3])
    return {place: insights for place, insights in enumerate(rules_broken(whole, kept)) if insights}


def test_who_breaks_what_all_others_keep_is_told_with_its_numbers() -> None:
    others: Rows = [(0, one, 49, 50) for one in range(6)]
    found = broken([*others, (0, 6, 20, 40)])
    (insight,) = found.pop(6)
    assert found == {}
    assert insight.reason == (
        "6 other instances with this rule keep it in 98 % of places; this instance does in "
        "20 of 40, 50 %."
    )
    evidence = insight.evidence
    assert (evidence.having, evidence.of, evidence.here, evidence.here_of) == (294, 300, 20, 40)
    # each of the six counts for 30 places at most
    assert evidence.confidence == pytest.approx(float(wilson_lower(180 * 0.98, 180)))


def test_one_large_instance_does_not_speak_for_all() -> None:
    rows: Rows = [(0, 0, 100_000, 100_000), (0, 1, 15, 30), (0, 2, 16, 30), (0, 3, 10, 30)]
    assert broken(rows) == {}


def test_a_rule_that_the_fleet_keeps_loosely_is_nobodys_breach() -> None:
    rows: Rows = [(0, one, 35, 50) for one in range(8)]
    assert broken([*rows, (0, 8, 5, 50)]) == {}


def test_a_slightly_lower_share_is_no_breach() -> None:
    rows: Rows = [(0, one, 49, 50) for one in range(8)]
    assert broken([*rows, (0, 8, 18, 20)]) == {}


def test_two_instances_are_no_fleet() -> None:
    assert broken([(0, 0, 50, 50), (0, 1, 5, 50)]) == {}
    assert broken([], instances=3) == {}


def test_chance_breaks_next_to_no_rule() -> None:
    draw = np.random.default_rng(5)
    rows: Rows = [
        (rule, instance, int(draw.binomial(40, 0.95)), 40)
        for rule in range(200)
        for instance in range(30)
    ]
    assert sum(map(len, broken(rows, facts=200).values())) <= 1


def test_planted_breaches_are_found_and_nothing_else() -> None:
    draw = np.random.default_rng(6)
    planted = {(rule, int(draw.integers(30))) for rule in range(0, 200, 10)}
    rows: Rows = [
        (rule, instance, int(draw.binomial(40, 0.5 if (rule, instance) in planted else 0.97)), 40)
        for rule in range(200)
        for instance in range(30)
    ]
    found = broken(rows, facts=200)
    told = {(insight.fact, instance) for instance, all_of in found.items() for insight in all_of}
    assert planted <= told
    assert len(told - planted) <= 2


def test_numbers_beyond_reason_take_no_more_memory() -> None:
    huge = 2**53 - 1
    rows: Rows = [(0, one, huge, huge) for one in range(5)]
    (insight,) = broken([*rows, (0, 5, huge // 2, huge)])[5]
    assert insight.evidence.here == huge // 2
