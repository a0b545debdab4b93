"""When an aggregate is promoted, and which files a bundle is made of."""

from __future__ import annotations

import pytest

from apps.centralcloud.averaging.engine.companions import files_chosen
from apps.centralcloud.averaging.engine.judging import Judged, Outcome, outcome_of


def loss(value: float, before: float | None, examples: int = 100) -> Judged:
    return Judged("bits_per_byte", value, before, examples)


@pytest.mark.parametrize(
    ("judges", "first", "outcome"),
    [
        ([loss(2.0, 2.1), loss(2.0, 2.1)], False, Outcome.PROMOTED),
        ([loss(2.0, 2.0), loss(2.0, 2.0)], False, Outcome.PROMOTED),
        ([loss(2.1, 2.0), loss(2.1, 2.0)], False, Outcome.REJECTED),
        ([loss(2.1, 2.0), loss(2.1, 2.0)], True, Outcome.OPEN),
        ([loss(2.0, 2.1), loss(2.0, None)], False, Outcome.OPEN),
        ([loss(2.0, 2.1, 10), loss(2.05, 2.0, 1000)], False, Outcome.REJECTED),
        ([loss(2.0, 2.1, 1000), loss(2.05, 2.0, 10)], False, Outcome.PROMOTED),
        ([Judged("mrr_at_10", 0.7, 0.6, 9)] * 2, False, Outcome.PROMOTED),
        ([Judged("mrr_at_10", 0.6, 0.7, 9)] * 2, False, Outcome.REJECTED),
        ([], False, Outcome.OPEN),
    ],
)
def test_the_weighted_fleet_decides(judges: list[Judged], outcome: Outcome, *, first: bool) -> None:
    assert outcome_of(judges, needed=2, first=first)[0] is outcome


def test_the_reason_has_the_numbers() -> None:
    _, reason = outcome_of([loss(2.0, 2.25), loss(2.0, 2.25)], needed=2, first=True)
    assert reason == "0.25 bits_per_byte better than their own models at 2 instances"


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
