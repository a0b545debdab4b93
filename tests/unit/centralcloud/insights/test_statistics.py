"""The tests behind insights, against sums over every case."""

from __future__ import annotations

from math import comb, exp, log

import numpy as np
import pytest

from apps.centralcloud.insights.engine.statistics import (
    Attainable,
    binomial_log_lower_tail,
    hypergeometric_log_tail,
    log_factorials,
    log_threshold,
    wilson_lower,
    wilson_upper,
)


def test_wilson_bounds_are_those_of_the_literature() -> None:
    # Newcombe 1998, table I: 81 of 263, and 15 of 148
    assert float(wilson_lower(81, 263)) == pytest.approx(0.2553, abs=1e-4)
    assert float(wilson_upper(81, 263)) == pytest.approx(0.3662, abs=1e-4)
    assert float(wilson_lower(15, 148)) == pytest.approx(0.0624, abs=1e-4)
    assert float(wilson_upper(15, 148)) == pytest.approx(0.1605, abs=1e-4)
    assert (float(wilson_lower(0, 0)), float(wilson_upper(0, 0))) == (0.0, 1.0)


def exact(k: int, n: int, big_k: int, big_n: int) -> float:
    most = min(n, big_k)
    ways = sum(comb(big_k, j) * comb(big_n - big_k, n - j) for j in range(k, most + 1))
    return ways / comb(big_n, n)


def test_the_hypergeometric_tail_is_never_understated_and_close_far_out() -> None:
    big_n, table = 40, log_factorials(40)
    for n in range(3, 20):
        for big_k in range(2, 30):
            for k in range(max(0, n + big_k - big_n), min(n, big_k) + 1):
                told = float(
                    hypergeometric_log_tail(
                        np.array([k]), np.array([n]), np.array([big_k]), big_n, table
                    )[0]
                )
                truth = exact(k, n, big_k, big_n)
                assert told >= log(truth) - 1e-9
                if truth < 0.001:
                    assert exp(told) < 1.2 * truth


def test_the_binomial_tail_is_never_understated_and_close_far_out() -> None:
    table = log_factorials(60)
    for n in (10, 60):
        for share in (0.8, 0.95):
            for k in range(n + 1):
                told = float(
                    binomial_log_lower_tail(np.array([k]), np.array([n]), np.array([share]), table)[
                        0
                    ]
                )
                truth = sum(comb(n, j) * share**j * (1 - share) ** (n - j) for j in range(k + 1))
                assert told >= log(truth) - 1e-9
                if truth < 0.001:
                    assert exp(told) < 1.3 * truth


def test_the_threshold_is_that_of_benjamini_and_hochberg() -> None:
    # the example of their paper, section 3: 15 tests, four of which are told at 5 %
    p = [
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
        0.5719, 0.6528, 0.7590, 1.0,
    ]  # fmt: skip
    assert log_threshold(np.log(p), len(p), 0.05) == pytest.approx(log(0.0095))
    assert log_threshold(np.log(p[:9]), len(p), 0.05) == pytest.approx(log(0.0095))
    assert log_threshold(np.array([]), 0, 0.05) == float("-inf")


def test_tests_that_could_never_be_significant_are_not_counted() -> None:
    attainable = Attainable()
    attainable.add(np.log(np.array([0.04] * 1000 + [1e-6] * 10)))
    tests, reach = attainable.worthwhile(0.05)
    assert tests == 10
    assert log(1e-6) <= reach < log(0.04)


def test_all_tests_are_counted_where_all_could_be_significant() -> None:
    attainable = Attainable()
    attainable.add(np.log(np.full(1000, 1e-9)))
    assert attainable.worthwhile(0.05)[0] == 1000
