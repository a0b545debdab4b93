"""The tests on chance against their definitions."""

from math import comb, exp, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.singularity.patterns.engine.usage.statistics import (
    binomial_log_p,
    fisher_log_p,
    log_likelihood_ratio,
)


@given(st.integers(1, 30), st.integers(0, 30), st.integers(0, 30), st.integers(0, 30))
def test_fisher_is_the_tail_of_the_hypergeometric_distribution(
    total: int, first: int, second: int, both: int
) -> None:
    first, second = min(first, total), min(second, total)
    both = max(0, first + second - total, min(both, first, second))
    ways = sum(
        comb(first, count) * comb(total - first, second - count)
        for count in range(both, min(first, second) + 1)
    )
    assert exp(fisher_log_p(both, first, second, total)) == pytest.approx(
        ways / comb(total, second), rel=1e-9
    )


@given(st.integers(1, 60), st.integers(0, 60))
def test_the_coin_is_fair(trials: int, hits: int) -> None:
    hits = min(hits, trials)
    ways = sum(comb(trials, count) for count in range(hits, trials + 1))
    assert exp(binomial_log_p(hits, trials)) == pytest.approx(ways / 2**trials, rel=1e-9)


def test_dunnings_ratio() -> None:
    assert log_likelihood_ratio(10, 100, 0.05) == pytest.approx(
        2 * (10 * log(0.1 / 0.05) + 90 * log(0.9 / 0.95))
    )
    assert log_likelihood_ratio(5, 5, 0.5) == pytest.approx(10 * log(2))
    assert log_likelihood_ratio(4, 100, 0.05) == 0.0
