"""When an aggregate is promoted, and which files a bundle is made of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.centralcloud.averaging.engine.companions import files_chosen
from apps.centralcloud.averaging.engine.judging import Judged, Outcome, outcome_of


def loss(value: float, before: float | None, examples: int = 100) -> Judged:
    return Judged("bits_per_byte", value, before, examples)


SMALL_GAINS, SMALL_LOSSES = [loss(2.0, 2.1, 1)] * 2, [loss(2.1, 2.0, 1)] * 2


@pytest.mark.parametrize(
    ("judges", "first", "outcome"),
    [
        ([loss(2.0, 2.1), loss(2.0, 2.1)], False, Outcome.PROMOTED),
        ([loss(2.0, 2.0), loss(2.0, 2.0)], False, Outcome.PROMOTED),
        ([loss(2.1, 2.0), loss(2.1, 2.0)], False, Outcome.REJECTED),
        ([loss(2.1, 2.0), loss(2.1, 2.0)], True, Outcome.OPEN),
        ([loss(2.0, 2.1), loss(2.0, None)], False, Outcome.OPEN),
        ([*SMALL_GAINS, loss(2.0, 2.1, 9), *[loss(2.1, 2.0, 9)] * 2], False, Outcome.REJECTED),
        ([*SMALL_LOSSES, loss(2.1, 2.0, 9), *[loss(2.0, 2.1, 9)] * 2], False, Outcome.PROMOTED),
        ([loss(2.0, 2.1, 10), loss(2.05, 2.0, 1000)], False, Outcome.OPEN),
        ([loss(2.0, 2.1, 1000), loss(2.05, 2.0, 10)], False, Outcome.OPEN),
        ([loss(0.0, 1e300, 2**53), loss(2.1, 2.0), loss(2.1, 2.0)], False, Outcome.REJECTED),
        ([loss(1e300, 0.0, 2**53), loss(2.0, 2.1), loss(2.0, 2.1)], False, Outcome.PROMOTED),
        ([Judged("mrr_at_10", 0.7, 0.6, 9)] * 2, False, Outcome.PROMOTED),
        ([Judged("mrr_at_10", 0.6, 0.7, 9)] * 2, False, Outcome.REJECTED),
        ([], False, Outcome.OPEN),
    ],
)
def test_the_weighted_fleet_decides(judges: list[Judged], outcome: Outcome, *, first: bool) -> None:
    assert outcome_of(judges, needed=2, first=first)[0] is outcome


@given(
    st.lists(st.tuples(st.floats(0.01, 1.0), st.integers(0, 2**53 - 1)), min_size=2, max_size=8),
    st.floats(-1e300, 1e300),
    st.integers(0, 2**53 - 1),
    st.booleans(),
)
def test_one_decides_nothing_where_all_others_agree(
    others: list[tuple[float, int]], said: float, examples: int, better: bool
) -> None:
    gains = [gain if better else -gain for gain, _ in others]
    judges = [loss(2.0 - gain, 2.0, count) for gain, (_, count) in zip(gains, others, strict=True)]
    outcome, _ = outcome_of([*judges, loss(said, 0.0, examples)], needed=3, first=False)
    assert outcome is (Outcome.PROMOTED if better else Outcome.REJECTED)


def test_the_reason_has_the_numbers() -> None:
    _, reason = outcome_of([loss(2.0, 2.25), loss(2.0, 2.25)], needed=2, first=True)
    assert reason == "0.25 bits_per_byte better than their own models in the median of 2 instances"


def test_no_submission_alone_decides_what_is_handed_on() -> None:
    bundles = [
        {"config.json": "b", "tokenizer.json": "t", "extra.txt": "x", "model.safetensors": "1"},
        {"config.json": "a", "tokenizer.json": "t", "1_Pooling/config.json": "p"},
        {"config.json": "c", "tokenizer.json": "u", "1_Pooling/config.json": "p"},
    ]
    assert files_chosen(bundles, without={"model.safetensors"}) == {
        "1_Pooling/config.json": 1,
        "config.json": 1,
        "tokenizer.json": 0,
    }
