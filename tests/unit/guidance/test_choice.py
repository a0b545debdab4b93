"""Which model is used: the best on the same code, and never one that beats nothing."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.singularity.guidance.engine.choice import (
    FLEET,
    VOCABULARY_COST,
    choose,
    choose_vocabulary,
)
from apps.singularity.guidance.engine.newest import newest, version_number
from apps.singularity.guidance.models import ModelOffer
from apps.singularity.training.services.judging import METRICS, Metric

NAMES = ["local", "former", "aggregate", "personalised"]
BITS, MRR = METRICS["t5"], METRICS["encoder"]


@given(
    scores=st.dictionaries(st.sampled_from(NAMES), st.sampled_from([1.0, 1.5, 2.0]), min_size=1),
    metric=st.sampled_from([BITS, MRR]),
    data=st.data(),
)
def test_nothing_better_is_left_and_ties_change_nothing(
    scores: dict[str, float], metric: Metric, data: st.DataObject
) -> None:
    in_use = data.draw(st.sampled_from([*scores, "none"]))
    chosen = choose(metric=metric, scores=scores, in_use=in_use)
    assert not any(metric.better(value, scores[chosen.served]) for value in scores.values())
    if in_use not in (chosen.served, "none"):
        assert metric.better(scores[chosen.served], scores[in_use])
    assert chosen.adopted == (chosen.served in FLEET)


def test_less_is_better_for_bits_and_more_for_ranks() -> None:
    scores = {"local": 2.0, "aggregate": 1.9}
    assert choose(metric=BITS, scores=scores, in_use="local").served == "aggregate"
    assert choose(metric=MRR, scores=scores, in_use="local").served == "local"


def test_the_default_encoder_has_to_be_beaten_too() -> None:
    kept = choose(metric=MRR, scores={"none": 0.6, "aggregate": 0.59}, in_use="none")
    assert (kept.served, kept.adopted) == ("none", False)
    assert kept.reason == (
        "nothing beats the one in use, the default (mrr_at_10: the default 0.6, aggregate 0.59)"
    )
    taken = choose(metric=MRR, scores={"none": 0.6, "aggregate": 0.61}, in_use="none")
    assert taken.served == "aggregate"


def test_the_reason_has_every_number() -> None:
    scores = {"former": 1.8, "local": 2.0, "aggregate": 1.7, "personalised": 1.6}
    assert choose(metric=BITS, scores=scores, in_use="former").reason == (
        "personalised beats former, which was in use (bits_per_byte: local 2, former 1.8, "
        "aggregate 1.7, personalised 1.6)"
    )


def test_what_is_in_use_must_have_been_compared() -> None:
    with pytest.raises(ValueError, match="former is in use"):
        choose(metric=BITS, scores={"aggregate": 1.0}, in_use="former")


def test_a_shared_vocabulary_may_cost_a_little_and_not_more() -> None:
    near = {"local": 4.0, "aggregate": 4.0 * (1 - VOCABULARY_COST) + 0.001}
    assert choose_vocabulary(scores=near, in_use="local").served == "aggregate"
    far = {"local": 4.0, "aggregate": 4.0 * (1 - VOCABULARY_COST) - 0.001}
    kept = choose_vocabulary(scores=far, in_use="local")
    assert (kept.served, kept.adopted) == ("local", False)
    assert "15.0% fewer, more than the 15% allowed" in kept.reason


def test_the_first_vocabulary_is_taken_and_small_losses_do_not_add_up() -> None:
    assert choose_vocabulary(scores={"aggregate": 3.0}, in_use="none").adopted
    scores = {"local": 4.0, "former": 3.6, "aggregate": 3.35}
    assert choose_vocabulary(scores=scores, in_use="former").served == "former"


def offer(version: str, **fields: str) -> ModelOffer:
    said = {"family": "t5-a", "state": "candidate", "artifact": "sha256:x"} | fields
    return ModelOffer(version=version, **said)


def test_of_a_family_the_highest_number_counts_whatever_the_order() -> None:
    offers = [
        offer("centralcloud_t5-all_v1.9"),
        offer("centralcloud_t5-all_v1.10"),
        offer("centralcloud_t5-all_v1.11", state="rejected"),
        offer("centralcloud_t5-all_v1.12", artifact="", state="open"),
        offer("centralcloud_t5-all_v2.1", family="t5-b"),
    ]
    for order in itertools.permutations(offers):
        assert [one.version for one in newest(order)] == [
            "centralcloud_t5-all_v1.10",
            "centralcloud_t5-all_v2.1",
        ]
    assert version_number("named otherwise") == (0, 0)
